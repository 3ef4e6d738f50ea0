using System.Text.Json.Serialization;

namespace HalfFull.Load.Records;

/// <summary>95% intervals of the latencies of the same names, from a block bootstrap over arrivals.</summary>
/// <param name="TtftSeconds">Time to first token.</param>
/// <param name="TpotSeconds">Time per output token after the first.</param>
/// <param name="ItlSeconds">Gap between tokens.</param>
/// <param name="E2ESeconds">Scheduled time to last token.</param>
/// <param name="NormalizedSeconds">End to end over output tokens.</param>
public sealed record LatencyIntervals(
    DistributionIntervals TtftSeconds,
    DistributionIntervals TpotSeconds,
    DistributionIntervals ItlSeconds,
    [property: JsonPropertyName("e2eSeconds")] DistributionIntervals E2ESeconds,
    DistributionIntervals NormalizedSeconds);
