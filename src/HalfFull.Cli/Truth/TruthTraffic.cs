using HalfFull.Engine;
using HalfFull.Traces;

namespace HalfFull.Cli.Truth;

/// <summary>A trace made small enough for a small engine: all lengths divided by one number, arrivals as in the trace.</summary>
/// <param name="Rows">Its requests.</param>
/// <param name="Divisor">What lengths were divided by.</param>
internal sealed record TruthTraffic(IReadOnlyList<TraceRow> Rows, int Divisor)
{
    // The longest requests are cut instead of making all others tiny.
    private const double Kept = 0.98;

    /// <summary>Number of requests.</summary>
    public int Count => Rows.Count;

    /// <summary>Fits a trace to an engine.</summary>
    public static TruthTraffic Of(IEnumerable<TraceRow> rows, EngineLimits limits)
    {
        var all = rows.ToArray();
        if (all.Length == 0)
        {
            throw new TraceException("The trace holds no requests.");
        }

        var longest = (int)Math.Min(limits.MaxModelLength ?? int.MaxValue, limits.KvCapacityTokens);
        var lengths = all.Select(row => row.PromptTokens + row.OutputTokens).Order().ToArray();
        var divisor = Math.Max(1, (int)Math.Ceiling((double)lengths[(int)(Kept * (lengths.Length - 1))] / longest));
        var first = all[0].Arrival;
        return new TruthTraffic(
            [.. all.Select(row =>
            {
                var prompt = Math.Clamp(row.PromptTokens / divisor, 1, longest - 2);
                return new TraceRow(row.Arrival - first, prompt, Math.Clamp(row.OutputTokens / divisor, 1, longest - prompt));
            })],
            divisor);
    }
}
