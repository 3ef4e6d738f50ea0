using HalfFull.Load.Documents;
using HalfFull.Load.Plans;
using HalfFull.Metrics;
using Spectre.Console;

namespace HalfFull.Cli.Output;

/// <summary>A load run on the screen.</summary>
internal static class BenchReport
{
    /// <summary>Prints it.</summary>
    public static void Write(IAnsiConsole screen, BenchEntry entry, LoadPlan plan)
    {
        screen.WriteLine();
        Line(screen, "server", $"{entry.Url}, model {entry.Model}, {entry.Api}{(entry.Unary ? ", unary" : string.Empty)}");
        Line(screen, "traffic", $"{plan.Workload.Name}, {Arrivals(entry)}, seed {entry.Seed}{(entry.IgnoreEos ? string.Empty : "; the server may end outputs early (no ignore_eos)")}");
        Line(screen, "measured", $"{Figures.Count(entry.Requests)} requests{(entry.Excluded > 0 ? $"; {Figures.Count(entry.Excluded)} more in warm-up or cool-down" : string.Empty)}{(entry.Interrupted ? "; interrupted" : string.Empty)}");
        Latencies(screen, entry);
        Line(screen, "requests", Outcomes(entry));
        Line(screen, "throughput", $"{Figures.Three(entry.RequestsPerSecond)} requests/s, {Figures.Three(entry.OutputTokensPerSecond)} output tokens/s over {Figures.Seconds(entry.ServedSeconds)}{(entry.MakespanSeconds > entry.ServedSeconds ? $"; the last answer ended after {Figures.Seconds(entry.MakespanSeconds)}" : string.Empty)}");
        if (plan.Slo != Slo.None)
        {
            Line(screen, "SLO", $"{plan.Slo} met by {Figures.Percent(entry.SloAttainment)}, goodput {Figures.Three(entry.GoodputRequestsPerSecond)} requests/s");
        }

        if (entry.PromptTokensCounted > 0)
        {
            Line(screen, "prompts", $"{Figures.Count(entry.PromptTokensCounted)} tokens by the server's count, {Figures.Count(entry.PromptTokensAsked)} asked for, {Figures.Percent((double)entry.CachedTokens / entry.PromptTokensCounted)} from its prefix cache");
        }

        Line(screen, "generator", $"late by {Figures.Seconds(entry.LatenessSeconds.P50)} (p50), {Figures.Seconds(entry.LatenessSeconds.P99)} (p99); {Figures.Percent(entry.Generator.CpuShare)} of {entry.Generator.Cores} processors, {Figures.Three(entry.Generator.PeakMemoryBytes / 1e6)} MB");
        foreach (var (error, message) in entry.ErrorMessages)
        {
            Line(screen, error, message);
        }

        foreach (var warning in entry.Warnings)
        {
            screen.MarkupLineInterpolated($" [bold red]WARNING[/]      {warning}");
        }

        screen.WriteLine();
    }

    private static string Arrivals(BenchEntry entry) => entry.Concurrency is { } slots
        ? $"closed loop of {Figures.Count(slots)} in flight"
        : $"{entry.Arrivals} arrivals at {Figures.Three(entry.OfferedRequestsPerSecond ?? 0)}/s";

    private static string Outcomes(BenchEntry entry)
    {
        var errors = entry.Errors.Count == 0 ? string.Empty : $" ({string.Join(", ", entry.Errors.Select(error => $"{error.Key} {Figures.Count(error.Value)}"))})";
        return $"{Figures.Count(entry.Completed)} completed, {Figures.Count(entry.Rejected)} rejected, {Figures.Count(entry.Failed)} failed{errors}, {Figures.Count(entry.Cancelled)} cancelled{(entry.Unfinished > 0 ? $", {Figures.Count(entry.Unfinished)} unfinished" : string.Empty)}";
    }

    private static void Latencies(IAnsiConsole screen, BenchEntry entry)
    {
        var table = PlainTable.Of("", "mean", "p50", "p90", "p99", "max", "p99, 95% interval");
        if (!entry.Unary)
        {
            Add("time to first token (TTFT)", entry.TtftSeconds, entry.Intervals.TtftSeconds.P99);
            Add("  from the actual send", entry.TtftFromSendSeconds, null);
            Add("time per output token (TPOT)", entry.TpotSeconds, entry.Intervals.TpotSeconds.P99);
            Add("gap between tokens (ITL)", entry.ItlSeconds, entry.Intervals.ItlSeconds.P99);
        }

        Add("end to end (E2E)", entry.E2ESeconds, entry.Intervals.E2ESeconds.P99);
        Add("  from the actual send", entry.E2EFromSendSeconds, null);
        Add("E2E per output token", entry.NormalizedSeconds, entry.Intervals.NormalizedSeconds.P99);
        screen.Write(table);

        void Add(string title, Distribution of, IReadOnlyList<double>? interval) => table.AddRow(
            title,
            Figures.Seconds(of.Mean),
            Figures.Seconds(of.P50),
            Figures.Seconds(of.P90),
            Figures.Seconds(of.P99),
            Figures.Seconds(of.Max),
            interval is null ? string.Empty : $"{Figures.Seconds(interval[0])} .. {Figures.Seconds(interval[1])}");
    }

    private static void Line(IAnsiConsole screen, string name, string text) => screen.MarkupLineInterpolated($" [dim]{name,-12}[/] {text}");
}
