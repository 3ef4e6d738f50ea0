using HalfFull.Metrics;

namespace HalfFull.Load.Records;

/// <summary>One latency over all measured requests: exact quantiles, their intervals, and a cheap view while the run goes on.</summary>
internal sealed class LatencySamples : IDisposable
{
    // The blocks hold one metric here; which of their slots is used does not matter.
    private const RequestMetric Slot = RequestMetric.E2E;

    private readonly SampleStore exact = new();
    private readonly LogHistogram live = new();
    private readonly BlockedSamples blocks = new();

    /// <summary>How many there are.</summary>
    public long Count => exact.Count;

    /// <summary>Notes a request, whether or not it has a latency.</summary>
    public void Arrived(long measuredId) => blocks.Arrived(measuredId);

    /// <summary>Adds the latency of a request that has one.</summary>
    public void Add(long measuredId, TimeSpan? latency)
    {
        // A response can be stamped no earlier than its request was due, except by the rounding of ticks.
        if (latency is { } known)
        {
            var ticks = Math.Max(0, known.Ticks);
            exact.Add(ticks);
            live.Add(ticks, 1);
            blocks.Add(Slot, measuredId, ticks);
        }
    }

    /// <summary>The quantile so far, within 0.4%.</summary>
    public TimeSpan Live(double quantile) => TimeSpan.FromTicks(live.Quantile(quantile));

    /// <summary>The figures in seconds.</summary>
    public Distribution ToSeconds() => exact.ToDistribution(TimeSpan.TicksPerSecond);

    /// <summary>The curve in seconds.</summary>
    public double[] Curve() => LatencyCurves.Of(exact);

    /// <summary>The intervals in seconds.</summary>
    public DistributionIntervals Intervals(Rng rng) => DistributionIntervals.Of(blocks, Slot, live, rng);

    /// <inheritdoc/>
    public void Dispose() => exact.Dispose();
}
