using HalfFull.Cli.Options;
using HalfFull.Traces;
using Spectre.Console;

namespace HalfFull.Cli.Output;

/// <summary>A trace's statistics on the screen.</summary>
internal static class TraceReport
{
    /// <summary>Prints them.</summary>
    public static void Write(IAnsiConsole screen, OpenedTrace trace, TraceStatistics statistics)
    {
        screen.WriteLine();
        Line("trace", $"{trace.Name} ({trace.Format})");
        Line("requests", $"{Figures.Count(statistics.Rows)} in {Figures.Seconds(statistics.Span.TotalSeconds)}, {Figures.Three(statistics.RequestsPerSecond)}/s on average");
        Line("burstiness", statistics.ArrivalCv is { } cv ? $"coefficient of variation of gaps {Figures.Three(cv)} (constant 0, Poisson 1)" : null);
        Line("tenants", statistics.Tenants > 0 ? Figures.Count(statistics.Tenants) : null);
        Line("sessions", statistics.Sessions > 0 ? Figures.Count(statistics.Sessions) : null);
        Line("prefixes", statistics.PrefixReuse is { } reuse ? $"{Figures.Count(statistics.PrefixIds)} ids, {Figures.Percent(reuse)} of them seen before" : null);
        Line("left out", trace.Log is { LeftOut: > 0 } log ? $"{Figures.Count(log.LeftOut)} that got no token, or were open at the end of the log" : null);
        Line("missing", trace.Log is { Missing: > 0 } gaps ? $"{Figures.Count(gaps.Missing)} records that the log could not take" : null);
        var table = PlainTable.Of("tokens", "mean", "p50", "p90", "p99", "max");
        Lengths("prompt", statistics.PromptTokens);
        Lengths("output", statistics.OutputTokens);
        screen.Write(table);

        void Line(string name, string? text)
        {
            if (text is not null)
            {
                screen.MarkupLineInterpolated($" [dim]{name,-11}[/] {text}");
            }
        }

        void Lengths(string name, LengthStatistics of) => table.AddRow(
            name, Figures.Count((long)Math.Round(of.Mean)), Figures.Count(of.P50), Figures.Count(of.P90), Figures.Count(of.P99), Figures.Count(of.Max));
    }
}
