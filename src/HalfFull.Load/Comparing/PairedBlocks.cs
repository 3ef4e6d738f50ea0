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

    /// <summary>What is known of a ratio before both sides have a figure: nothing, the ratio itself is no number.</summary>
    internal static readonly RatioInterval Unknown = new(double.NaN, 0, double.PositiveInfinity);

    // The samples of failures hold one metric, 0 or 1 for each request; which of their slots is used does not matter.
    private const RequestMetric FailureSlot = RequestMetric.Attainment;
    private const double LikeFailureShares = 0.01;
    private readonly BlockedSamples[] sides = [new(), new()];
    private readonly BlockedSamples[] failures = [new(), new()];
    private readonly HashSet<(int Side, RequestMetric Metric)> sampled = [];
    private readonly long[] measured = new long[2];
    private readonly long[] failed = new long[2];

    /// <summary>Pairs of which both blocks have begun.</summary>
    public int Pairs { get; private set; }

    /// <summary>What receives the records of one block.</summary>
    /// <param name="pair">Which pair, from 0.</param>
    /// <param name="side">0 for the first server, 1 for the second.</param>
    public ILoadRecordSink Block(int pair, int side)
    {
        // Both sides must know of every pair, even of one in which nothing completed.
        foreach (var samples in (ReadOnlySpan<BlockedSamples>)[.. sides, .. failures])
        {
            samples.Arrived(pair);
        }

        Pairs = Math.Max(Pairs, pair + 1);
        return new Sink(this, side, pair);
    }

    /// <summary>Whether both servers failed or refused about as often, to a hundredth of the requests: the latencies of those that are left say little otherwise.</summary>
    public bool FailAlike => Math.Abs(FailureShare(0) - FailureShare(1)) <= LikeFailureShares;

    /// <summary>The second server's figure over the first one's, with its interval; unknown (0 to infinity) where a side has no such figure.</summary>
    public RatioInterval Compare(PairedMetric metric, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(metric);
        return sampled.Contains((0, metric.Metric)) && sampled.Contains((1, metric.Metric))
            ? Bootstrap.Compare([sides[0]], [sides[1]], metric.Metric, metric.Statistic, rng)
            : Unknown;
    }

    /// <summary>The second server's share of failed and refused requests over the first one's, with its interval.</summary>
    public RatioInterval CompareFailures(Rng rng) => measured[0] > 0 && measured[1] > 0
        ? Bootstrap.Compare([failures[0]], [failures[1]], FailureSlot, Statistic.Mean, rng)
        : Unknown;

    /// <summary>Whether an interval is as tight as asked for: its half width over the ratio.</summary>
    public static bool IsTight(RatioInterval interval, double precision) =>
        double.IsFinite(interval.High) && interval.High - interval.Low <= 2 * precision * interval.Ratio;

    private double FailureShare(int side) => measured[side] == 0 ? 0 : (double)failed[side] / measured[side];

    private sealed class Sink(PairedBlocks blocks, int side, int pair) : ILoadRecordSink
    {
        public void Add(in LoadRecord record, ReadOnlySpan<long> gaps)
        {
            if (record.IsMeasured)
            {
                var failed = record.Outcome is LoadOutcome.Failed or LoadOutcome.Rejected ? 1 : 0;
                blocks.measured[side]++;
                blocks.failed[side] += failed;
                blocks.failures[side].Add(FailureSlot, pair, failed);
            }

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
                blocks.sampled.Add((side, metric));
                blocks.sides[side].Add(metric, pair, Math.Max(0, known.Ticks));
            }
        }
    }
}
