using System.Globalization;
using HalfFull.Load.Comparing;
using HalfFull.Load.Documents;
using HalfFull.Metrics;
using Spectre.Console;

namespace HalfFull.Cli.Output;

/// <summary>A paired comparison of two servers on the screen.</summary>
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
        screen.MarkupLineInterpolated($" [dim]A[/] {first.Url}, model {first.Model}: {Figures.Count(first.Completed)} completed, {Figures.Count(first.Rejected + first.Failed)} failed");
        screen.MarkupLineInterpolated($" [dim]B[/] {second.Url}, model {second.Model}: {Figures.Count(second.Completed)} completed, {Figures.Count(second.Rejected + second.Failed)} failed");
        var table = PlainTable.Of("", "A", "B", "B / A", "95% interval", "");
        for (var i = 0; i < Rows.Length && i < result.Ratios.Count; i++)
        {
            var ratio = result.Ratios[i];
            table.AddRow(
                Rows[i].Title,
                Figures.Seconds(Rows[i].Of(first)),
                Figures.Seconds(Rows[i].Of(second)),
                ratio.Ratio.ToString("0.000", CultureInfo.InvariantCulture),
                double.IsFinite(ratio.High) ? string.Create(CultureInfo.InvariantCulture, $"{ratio.Low:0.000} .. {ratio.High:0.000}") : "too few pairs",
                ratio.IsNoise ? "may be chance" : ratio.Ratio < 1 ? "B is faster" : "A is faster");
        }

        screen.Write(table);
        screen.MarkupLineInterpolated($" {Verdict(plan, result)}");
        foreach (var warning in first.Warnings.Select(static text => $"A: {text}").Concat(second.Warnings.Select(static text => $"B: {text}")))
        {
            screen.MarkupLineInterpolated($" [bold red]WARNING[/]      {warning}");
        }

        screen.WriteLine();
    }

    private static string Verdict(AbPlan plan, AbResult result) => result.IsTight
        ? $"Tight enough after {result.Pairs} pairs of blocks of {Duration.Format(plan.Block)}: within {Figures.Percent(plan.Precision)} for TTFT p50 and E2E mean."
        : $"NOT tight enough after {result.Pairs} pairs of blocks of {Duration.Format(plan.Block)}: {Figures.Percent(plan.Precision)} was asked for; allow more with --duration.";
}
