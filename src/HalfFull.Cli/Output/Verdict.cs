using System.Globalization;
using HalfFull.Metrics;
using HalfFull.Simulation.Comparisons;

namespace HalfFull.Cli.Output;

/// <summary>The result of a comparison in one sentence, for better or worse.</summary>
internal static class Verdict
{
    /// <summary>Such as <c>larry + sal: mean TTFT 1.18 s, 46.4% less than vllm + round-robin (2.20 s).</c></summary>
    public static string Of(Comparison comparison)
    {
        var (metric, first, best) = (comparison.Metric, comparison.Rows[0], comparison.Ranked[0]);
        if (comparison.Rows.Count == 1)
        {
            return $"{Name(first, comparison)}: {metric.Title} {Spell(metric, first.Value)}; one combination has nothing to compare with.";
        }

        if (best.Change is not { } change)
        {
            return $"None is better than the first, {Name(first, comparison)}: {metric.Title} {Spell(metric, first.Value)}.";
        }

        var figures = $"{Name(best, comparison)}: {metric.Title} {Spell(metric, best.Value)}";
        var against = $"{Name(first, comparison)} ({Spell(metric, first.Value)})";
        return change.IsNoise
            ? $"{figures}, no certain difference from {against}."
            : string.Create(CultureInfo.InvariantCulture, $"{figures}, {100 * Math.Abs(change.Ratio - 1):0.0}% {(change.Ratio > 1 ? "more" : "less")} than {against}.");
    }

    /// <summary>A value of the metric with its unit.</summary>
    public static string Spell(RankMetric metric, double value) => metric switch
    {
        { IsRate: true } => $"{Figures.Three(value)} requests/s",
        { Metric: RequestMetric.Attainment } => Figures.Percent(value),
        { Metric: RequestMetric.Slowdown } => Figures.Three(value),
        _ => Figures.Seconds(value),
    };

    private static string Name(ComparisonRow row, Comparison comparison)
    {
        var plan = row.Runs[0].Plan;
        var severalFleets = comparison.Rows.Select(other => other.Runs[0].Plan.Fleet.Spec.ToString()).Distinct(StringComparer.Ordinal).Count() > 1;
        return $"{plan.Engine} + {plan.Router}{(severalFleets ? $" on {plan.Fleet.Spec}" : string.Empty)}";
    }
}
