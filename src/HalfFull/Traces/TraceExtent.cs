namespace HalfFull.Traces;

/// <summary>What must be known of a trace before it is played: its size, and the longest lengths in it.</summary>
/// <param name="Rows">Number of requests.</param>
/// <param name="Span">Time from the first to the last arrival.</param>
/// <param name="LongestPromptTokens">The longest prompt, or a bound on it.</param>
/// <param name="LongestOutputTokens">The longest output, or a bound on it.</param>
public readonly record struct TraceExtent(long Rows, TimeSpan Span, int LongestPromptTokens, int LongestOutputTokens)
{
    /// <summary>Mean arrival rate: one over the mean gap; 0 when there is no gap to measure.</summary>
    public double RequestsPerSecond => Span > TimeSpan.Zero ? (Rows - 1) / Span.TotalSeconds : 0;

    /// <summary>Reads all rows once, which also validates them.</summary>
    /// <exception cref="TraceException">The trace is invalid.</exception>
    public static TraceExtent Of(IEnumerable<TraceRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var extent = default(TraceExtent);
        foreach (var row in rows)
        {
            extent = new TraceExtent(
                extent.Rows + 1,
                row.Arrival,
                Math.Max(extent.LongestPromptTokens, row.PromptTokens),
                Math.Max(extent.LongestOutputTokens, row.OutputTokens));
        }

        return extent;
    }
}
