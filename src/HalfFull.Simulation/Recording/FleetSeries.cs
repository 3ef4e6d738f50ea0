using HalfFull.Engine;
using HalfFull.Metrics;

namespace HalfFull.Simulation.Recording;

/// <summary>
/// KV in use and queue lengths of each replica over time, in a bounded number of equal buckets: their width, a power of two in ticks, doubles whenever the
/// run would need more. Means are exact, time-weighted integers; the longest queue of each bucket is kept, so that no peak is lost.
/// </summary>
public sealed class FleetSeries : IRunObserver
{
    /// <summary>Replicas of which series are kept, from the first on.</summary>
    public const int MostReplicas = 16;

    private const int MostBuckets = 256;
    private const long NarrowestTicks = 1 << 16; // 6.6 ms

    private readonly ReplicaSeries[] series;
    private long width = NarrowestTicks;
    private int used;

    /// <param name="replicas">Replicas of the fleet.</param>
    public FleetSeries(int replicas) =>
        series = [.. Enumerable.Range(0, Math.Min(replicas, MostReplicas)).Select(static _ => new ReplicaSeries(MostBuckets))];

    /// <summary>Width of a bucket.</summary>
    public TimeSpan BucketWidth => new(width);

    /// <summary>Buckets in use, from time zero on.</summary>
    public int Buckets => used;

    /// <summary>The replicas observed, from the first on.</summary>
    public int Replicas => series.Length;

    /// <inheritdoc/>
    public void Submitted(Replica replica, Sequence sequence, TimeSpan now) => Count(replica, now);

    /// <inheritdoc/>
    public void Planned(Replica replica, TimeSpan now) => Count(replica, now);

    /// <inheritdoc/>
    public void StepEnding(Replica replica, TimeSpan start, TimeSpan end)
    {
        ArgumentNullException.ThrowIfNull(replica);
        if (replica.Id < series.Length)
        {
            Cover(end);
            Spread(series[replica.Id].KvTokenTicks, start, end, replica.KvTokensInUse);
        }
    }

    /// <inheritdoc/>
    public void Add(in RequestRecord record)
    {
    }

    /// <summary>Share of a replica's KV cache in use, mean of each bucket.</summary>
    /// <param name="replica">Its index, below <see cref="Replicas"/>.</param>
    /// <param name="capacityTokens">Tokens that its cache holds.</param>
    public IReadOnlyList<double> KvUsage(int replica, long capacityTokens) => Means(series[replica].KvTokenTicks, capacityTokens);

    /// <summary>Waiting sequences of a replica, mean of each bucket.</summary>
    public IReadOnlyList<double> Waiting(int replica) => Means(series[replica].WaitingTicks, 1);

    /// <summary>Running sequences of a replica, mean of each bucket.</summary>
    public IReadOnlyList<double> Running(int replica) => Means(series[replica].RunningTicks, 1);

    /// <summary>Most sequences that waited at a time in each bucket, for however short.</summary>
    public IReadOnlyList<int> MostWaiting(int replica) => series[replica].MostWaiting[..used];

    private double[] Means(long[] totals, long per) => Array.ConvertAll(totals[..used], total => (double)total / width / per);

    private void Count(Replica replica, TimeSpan now)
    {
        if (replica.Id >= series.Length)
        {
            return;
        }

        Cover(now);
        var of = series[replica.Id];
        Spread(of.WaitingTicks, of.Since, now, of.Waiting);
        Spread(of.RunningTicks, of.Since, now, of.Running);
        Raise(of.MostWaiting, of.Since, now, of.Waiting);
        (of.Since, of.Waiting, of.Running) = (now, replica.Waiting, replica.Running);
    }

    private void Spread(long[] totals, TimeSpan from, TimeSpan to, long value)
    {
        for (var start = from.Ticks; value > 0 && start < to.Ticks;)
        {
            var bucket = start / width;
            var end = Math.Min(to.Ticks, (bucket + 1) * width);
            totals[bucket] += (end - start) * value;
            start = end;
        }
    }

    private void Raise(int[] most, TimeSpan from, TimeSpan to, int value)
    {
        for (var bucket = from.Ticks / width; value > 0 && bucket * width < to.Ticks; bucket++)
        {
            most[bucket] = Math.Max(most[bucket], value);
        }
    }

    private void Cover(TimeSpan time)
    {
        while (time.Ticks / width >= MostBuckets)
        {
            foreach (var one in series)
            {
                one.Halve();
            }

            used = (used + 1) / 2;
            width *= 2;
        }

        used = Math.Max(used, (int)(time.Ticks / width) + 1);
    }
}
