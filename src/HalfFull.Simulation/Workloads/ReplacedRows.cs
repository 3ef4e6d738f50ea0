using HalfFull.Simulation.Workloads.Arrivals;
using HalfFull.Simulation.Workloads.Lengths;
using HalfFull.Traces;

namespace HalfFull.Simulation.Workloads;

/// <summary>Changes rows on their way from a source to a run, one at a time.</summary>
internal static class ReplacedRows
{
    /// <summary>Divides inter-arrival times by a factor.</summary>
    public static IEnumerable<TraceRow> ScaleRate(this IEnumerable<TraceRow> rows, double factor)
    {
        foreach (var row in rows)
        {
            yield return row with { Arrival = row.Arrival / factor };
        }
    }

    /// <summary>Draws arrivals anew at a mean rate; the first is at time 0.</summary>
    public static IEnumerable<TraceRow> WithArrivals(this IEnumerable<TraceRow> rows, IGapDistribution gaps, double requestsPerSecond, Rng rng)
    {
        var seconds = 0.0;
        foreach (var row in rows)
        {
            yield return row with { Arrival = TimeSpan.FromSeconds(seconds) };
            seconds += gaps.Next(rng) / requestsPerSecond;
        }
    }

    /// <summary>Draws prompt lengths anew; prefix hashes go, since they belong to the old prompts.</summary>
    public static IEnumerable<TraceRow> WithPrompts(this IEnumerable<TraceRow> rows, ILengthDistribution lengths, Rng rng)
    {
        foreach (var row in rows)
        {
            yield return row with { PromptTokens = lengths.Next(rng), PrefixHashes = default, PrefixUnitTokens = 0 };
        }
    }

    /// <summary>Draws output lengths anew.</summary>
    public static IEnumerable<TraceRow> WithOutputs(this IEnumerable<TraceRow> rows, ILengthDistribution lengths, Rng rng)
    {
        foreach (var row in rows)
        {
            yield return row with { OutputTokens = lengths.Next(rng) };
        }
    }
}
