using System.Text.Json.Serialization;
using HalfFull.Metrics;

namespace HalfFull.Load.Records;

/// <summary>The latencies of the same names as curves: the value at each of a row of quantiles, from the least to the largest; empty when there is none.</summary>
/// <param name="Quantiles">The row, from 0 to 1.</param>
/// <param name="TtftSeconds">Time to first token.</param>
/// <param name="TpotSeconds">Time per output token after the first.</param>
/// <param name="ItlSeconds">Gap between tokens, within 0.4%.</param>
/// <param name="E2ESeconds">Scheduled time to last token.</param>
public sealed record LatencyCurves(
    IReadOnlyList<double> Quantiles,
    IReadOnlyList<double> TtftSeconds,
    IReadOnlyList<double> TpotSeconds,
    IReadOnlyList<double> ItlSeconds,
    [property: JsonPropertyName("e2eSeconds")] IReadOnlyList<double> E2ESeconds)
{
    /// <summary>Denser towards the end, where the slow requests are.</summary>
    internal static readonly double[] Row =
        [0, 0.01, 0.02, 0.05, .. Enumerable.Range(2, 17).Select(static i => i * 5 / 100.0), 0.92, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999, 1];

    /// <summary>The curve of exact samples in ticks.</summary>
    internal static double[] Of(SampleStore ticks) =>
        ticks.Count == 0 ? [] : [.. ticks.Quantiles(Row).Select(static value => (double)value / TimeSpan.TicksPerSecond)];

    /// <summary>The curve of a histogram of ticks.</summary>
    internal static double[] Of(LogHistogram ticks) =>
        ticks.Count == 0 ? [] : [.. Row.Select(quantile => (double)ticks.Quantile(quantile) / TimeSpan.TicksPerSecond)];
}
