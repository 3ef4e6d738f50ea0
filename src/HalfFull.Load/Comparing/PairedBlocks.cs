using HalfFull.Load.Records;
using HalfFull.Metrics;

namespace HalfFull.Load.Comparing;

/// <summary>
/// The latencies of two servers in pairs of blocks that played the same requests one after the other. A pair, not a request, is what
/// may be drawn independently: what disturbed a block disturbed all its requests.
/// </summary>
public sealed class PairedBlocks
{
    /// <summary>An interval from fewer pairs would promise more than it knows.</summary>
    public const int FewestPairs = Bootstrap.FewestBlocks;

    private readonly BlockedSamples[] sides = [new(), new()];

    /// <summary>Pairs of which both blocks have begun.</summary>
    public int Pairs { get; private set; }

    /// <summary>What receives the records of one block.</summary>
    /// <param name="pair">Which pair, from 0.</param>
    /// <param name="side">0 for the first server, 1 for the second.</param>
    public ILoadRecordSink Block(int pair, int side)
    {
        // Both sides must know of every pair, even of one in which nothing completed.
        sides[0].Arrived(pair);
        sides[1].Arrived(pair);
        Pairs = Math.Max(Pairs, pair + 1);
        return new Sink(sides[side], pair);
    }

    /// <summary>The second server's figure over the first one's, with its interval.</summary>
    public RatioInterval Compare(PairedMetric metric, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(metric);
        return Bootstrap.Compare([sides[0]], [sides[1]], metric.Metric, metric.Statistic, rng);
    }

    /// <summary>Whether an interval is as tight as asked for: its half width over the ratio.</summary>
    public static bool IsTight(RatioInterval interval, double precision) =>
        double.IsFinite(interval.High) && interval.High - interval.Low <= 2 * precision * interval.Ratio;

    private sealed class Sink(BlockedSamples samples, int pair) : ILoadRecordSink
    {
        public void Add(in LoadRecord record, ReadOnlySpan<long> gaps)
        {
            if (record is { IsMeasured: true, Outcome: LoadOutcome.Completed, IsSlowReader: false })
            {
                Add(RequestMetric.Ttft, record.Ttft);
                Add(RequestMetric.Tpot, record.Tpot);
                Add(RequestMetric.E2E, record.E2E);
            }
        }

        private void Add(RequestMetric metric, TimeSpan? latency)
        {
            if (latency is { } known)
            {
                samples.Add(metric, pair, Math.Max(0, known.Ticks));
            }
        }
    }
}
