using System.Globalization;
using HalfFull.Load.Comparing;
using HalfFull.Load.Documents;
using HalfFull.Metrics;
using Spectre.Console;

namespace HalfFull.Cli.Output;

/// <summary>A paired comparison on the screen.</summary>
internal static class AbReport
{
    private static readonly (string Title, Func<BenchEntry, double> Of)[] Rows =
    [
        ("TTFT p50", static entry => entry.TtftSeconds.P50),
        ("E2E mean", static entry => entry.E2ESeconds.Mean),
        ("TTFT mean", static entry => entry.TtftSeconds.Mean),
        ("TTFT p99", static entry => entry.TtftSeconds.P99),
        ("TPOT p50", static entry => entry.TpotSeconds.P50),
        ("TPOT p99", static entry => entry.TpotSeconds.P99),
        ("E2E p99", static entry => entry.E2ESeconds.P99),
    ];

    /// <summary>Prints it.</summary>
    public static void Write(IAnsiConsole screen, AbPlan plan, AbResult result, BenchEntry first, BenchEntry second)
    {
        screen.WriteLine();
        screen.MarkupLineInterpolated($" [dim]A[/] {Name(first)}: {Figures.Count(first.Completed)} completed, {Figures.Count(first.Rejected + first.Failed)} failed");
        screen.MarkupLineInterpolated($" [dim]B[/] {Name(second)}: {Figures.Count(second.Completed)} completed, {Figures.Count(second.Rejected + second.Failed)} failed");
        var table = PlainTable.Of("", "A", "B", "B / A", "95% interval", "");
        for (var i = 0; i < Rows.Length && i < result.Ratios.Count; i++)
        {
            var ratio = result.Ratios[i];
            if (double.IsNaN(ratio.Ratio))
            {
                continue; // whole responses have no first token, answers of one token no time for the next
            }

            table.AddRow(
                Rows[i].Title,
                Figures.Seconds(Rows[i].Of(first)),
                Figures.Seconds(Rows[i].Of(second)),
                ratio.Ratio.ToString("0.000", CultureInfo.InvariantCulture),
                Interval(ratio),
                ratio.IsNoise ? "may be chance" : ratio.Ratio < 1 ? "B is faster" : "A is faster");
        }

        AddFailures(table, result.Failures, FailureShare(first), FailureShare(second));
        screen.Write(table);
        screen.MarkupLineInterpolated($" {Verdict(plan, result, first.Interrupted)}");
        foreach (var warning in first.Warnings.Select(static text => $"A: {text}").Concat(second.Warnings.Select(static text => $"B: {text}")))
        {
            screen.MarkupLineInterpolated($" [bold red]WARNING[/]      {warning}");
        }

        screen.WriteLine();
    }

    private static string Name(BenchEntry entry) => $"{entry.Url}, model {entry.Model}{(entry.Policy is { } policy ? $", {policy}" : string.Empty)}";

    private static double FailureShare(BenchEntry entry) => entry.Requests == 0 ? 0 : (double)(entry.Failed + entry.Rejected) / entry.Requests;

    private static void AddFailures(Table table, RatioInterval ratio, double first, double second)
    {
        var (text, interval, verdict) = (first, second) switch
        {
            (0, 0) => (string.Empty, string.Empty, "none"),
            (0, _) => ("only B", double.IsInfinity(ratio.Low) ? "only B" : Interval(ratio), ratio.IsNoise ? "may be chance" : "A fails less"),
            _ => (ratio.Ratio.ToString("0.000", CultureInfo.InvariantCulture), Interval(ratio), ratio.IsNoise ? "may be chance" : ratio.Ratio < 1 ? "B fails less" : "A fails less"),
        };
        table.AddRow("failed", Figures.Percent(first), Figures.Percent(second), text, interval, verdict);
    }

    private static string Interval(RatioInterval ratio) => double.IsFinite(ratio.High)
        ? string.Create(CultureInfo.InvariantCulture, $"{ratio.Low:0.000} .. {ratio.High:0.000}")
        : ratio.Low > 0 ? string.Create(CultureInfo.InvariantCulture, $"{ratio.Low:0.000} ..") : "too few pairs";

    private static string Verdict(AbPlan plan, AbResult result, bool interrupted)
    {
        var played = $"after {result.Pairs} pairs of blocks of {Duration.Format(plan.Block)}";
        var asked = Figures.Percent(plan.Precision);
        return result switch
        {
            { IsTight: true } => $"Tight enough {played}: within {asked} for {Deciding(result)}.",
            { FailAlike: false } => $"NOT comparable {played}: one failed or refused more requests than the other, and latencies are of the rest only.",
            _ when interrupted => $"NOT tight enough {played}: {asked} was asked for; interrupted.",
            _ => $"NOT tight enough {played}: {asked} was asked for; allow more with --duration, or a longer --trace.",
        };
    }

    // The same that AbRun decides by: whole responses have no first token.
    private static string Deciding(AbResult result) =>
        string.Join(" and ", Rows.Zip(result.Ratios).Where(static row => double.IsFinite(row.Second.High)).Take(2).Select(static row => row.First.Title));
}
