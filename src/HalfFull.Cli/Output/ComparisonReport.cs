using HalfFull.Metrics;
using HalfFull.Simulation.Comparisons;
using HalfFull.Simulation.Runs;
using Spectre.Console;

namespace HalfFull.Cli.Output;

/// <summary>A comparison on the screen.</summary>
internal static class ComparisonReport
{
    /// <summary>Prints it.</summary>
    public static void Write(IAnsiConsole screen, Comparison comparison)
    {
        var runs = comparison.Rows[0].Runs;
        var first = runs[0].Plan;
        var seeds = runs.Count == 1 ? $"seed {first.Seed}" : $"mean of seeds {first.Seed} to {runs[^1].Plan.Seed}";
        screen.WriteLine();
        Line(screen, "traffic", TrafficText.Of(first.Traffic));
        Line(screen, "fleet", $"{string.Join(" | ", Fleets(comparison))} (simulated), {seeds}{(first.Predictor.Describe() is { } predicted ? $", {predicted}" : string.Empty)}{(runs[0].Entry.PrefixView is null ? string.Empty : ", prefix hits by an index of what was sent")}{(first.Autoscale is { } autoscale ? $", autoscaled by {autoscale}" : string.Empty)}{(first.Migrate is { } migrate ? $", migration by {migrate}" : string.Empty)}");
        foreach (var model in TrafficText.StepModels(first.Fleet))
        {
            Line(screen, "model", model);
        }

        foreach (var bundle in comparison.Rows.Select(row => BundleText.Of(Plan(row))).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            Line(screen, "bundle", bundle);
        }

        if (comparison.Rows.SelectMany(row => row.Runs).FirstOrDefault(run => run.FirstRefusal is not null) is { } refused)
        {
            Line(screen, "refused", refused.FirstRefusal!);
        }

        screen.Write(Table(comparison, screen.Profile.Width));
        screen.WriteLine($" {Verdict.Of(comparison)}");
        screen.MarkupLineInterpolated($" [dim]Best first. In brackets: the 95% interval of the change (bootstrap over blocks of arrivals{(runs.Count == 1 ? " of this one seed: other traffic may differ more" : string.Empty)}).[/]");
        screen.WriteLine();
    }

    private static Table Table(Comparison comparison, int width)
    {
        var severalFleets = comparison.Rows.Select(row => row.Runs[0].Plan.Fleet.Spec.ToString()).Distinct(StringComparer.Ordinal).Count() > 1;
        var incomplete = comparison.Rows.Any(row => row.Mean(entry => entry.Completed) < row.Mean(entry => entry.Requests));
        var hasSlo = comparison.Rows[0].Runs[0].Plan.Slo != Slo.None;
        var columns = new List<(string Heading, Func<ComparisonRow, string> Cell)>
        {
            ("engine", row => Plan(row).Engine.ToString()),
            ("router", row => Plan(row).Router.ToString()),
        };
        AddIf(severalFleets, "fleet", row => Plan(row).Fleet.Spec.ToString());
        AddIf(incomplete, "completed", row => Figures.Percent(row.Mean(entry => (double)entry.Completed / entry.Requests)));
        AddIf(true, "TTFT mean", row => Figures.Seconds(row.Mean(entry => entry.TtftSeconds.Mean)));
        AddIf(true, "TTFT p99", row => Figures.Seconds(row.Mean(entry => entry.TtftSeconds.P99)));
        AddIf(true, "TPOT mean", row => Figures.Seconds(row.Mean(entry => entry.TpotSeconds.Mean)));
        AddIf(true, "E2E mean", row => Figures.Seconds(row.Mean(entry => entry.E2ESeconds.Mean)));
        AddIf(true, "E2E p99", row => Figures.Seconds(row.Mean(entry => entry.E2ESeconds.P99)));
        AddIf(comparison.Rows[0].Runs[0].Entry.Scaling is not null, "replicas", row => Figures.Three(row.Mean(entry => entry.Scaling!.ReplicasMean)));
        AddIf(hasSlo, "SLO met", row => Figures.Percent(row.Mean(entry => entry.SloAttainment)));
        AddIf(hasSlo && comparison.Metric.IsRate, "goodput", row => $"{Figures.Three(row.Mean(entry => entry.GoodputRequestsPerSecond))}/s");
        AddIf(!IsShown(comparison.Metric), comparison.Metric.Title, row => Verdict.Spell(comparison.Metric, row.Value));
        var last = $"{comparison.Metric.Title} vs first";
        foreach (var spare in (ReadOnlySpan<string>)["E2E p99", "TPOT mean", "E2E mean"])
        {
            if (Width(comparison, columns) + Math.Max(last.Length, GainText.Widest) > width)
            {
                columns.RemoveAll(column => string.Equals(column.Heading, spare, StringComparison.Ordinal));
            }
        }

        var table = PlainTable.Of([.. columns.Select(column => column.Heading), last]);
        table.Columns[1].Alignment = Justify.Left;
        foreach (var row in comparison.Ranked)
        {
            table.AddRow([.. columns.Select(column => new Text(column.Cell(row))), GainText.Of(row.Change, comparison.Metric.HigherIsBetter)]);
        }

        return table;

        void AddIf(bool shown, string heading, Func<ComparisonRow, string> cell)
        {
            if (shown)
            {
                columns.Add((heading, cell));
            }
        }
    }

    /// <summary>Columns that a terminal needs for all but the last column of a table.</summary>
    private static int Width(Comparison comparison, List<(string Heading, Func<ComparisonRow, string> Cell)> columns) => 4 + columns.Sum(column =>
        3 + Math.Max(column.Heading.Length, comparison.Rows.Max(row => column.Cell(row).Length)));

    private static bool IsShown(RankMetric metric) => metric.Name is "ttft" or "ttft-mean" or "ttft-p99" or "tpot" or "tpot-mean" or "e2e" or "e2e-mean" or "e2e-p99" or "attainment" or "goodput";

    private static RunPlan Plan(ComparisonRow row) => row.Runs[0].Plan;

    private static IEnumerable<string> Fleets(Comparison comparison) =>
        comparison.Rows.Select(row => TrafficText.Of(Plan(row).Fleet)).Distinct(StringComparer.Ordinal);

    private static void Line(IAnsiConsole screen, string name, string text) => screen.MarkupLineInterpolated($" [dim]{name,-8}[/] {text}");
}
