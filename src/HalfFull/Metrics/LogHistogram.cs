namespace HalfFull.Metrics;

/// <summary>
/// Counts durations in buckets of equal relative width, in constant memory (58 KiB): any quantile is within 0.4% of the exact one,
/// mean, smallest and largest are exact. Adding costs a few nanoseconds and allocates nothing.
/// </summary>
public sealed class LogHistogram
{
    // 128 buckets per power of two, answered by their middle: at most 1/256 off.
    private const int Bits = 7;

    private readonly long[] counts = new long[LogBuckets.Count(Bits)];
    private Int128 sum;
    private long min = long.MaxValue;

    /// <summary>How many durations were added, by weight.</summary>
    public long Count { get; private set; }

    /// <summary>The shortest duration, ticks; 0 when there is none.</summary>
    public long Min => Count == 0 ? 0 : min;

    /// <summary>The longest duration, ticks; 0 when there is none.</summary>
    public long Max { get; private set; }

    /// <summary>The mean duration, ticks; 0 when there is none.</summary>
    public double Mean => Count == 0 ? 0 : (double)sum / Count;

    /// <summary>Adds a duration that occurred <paramref name="count"/> times.</summary>
    public void Add(long ticks, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ticks);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0)
        {
            return;
        }

        counts[LogBuckets.Index(ticks, Bits)] += count;
        Count += count;
        sum += Math.BigMul(ticks, count);
        min = Math.Min(min, ticks);
        Max = Math.Max(Max, ticks);
    }

    /// <summary>Adds everything that another histogram holds.</summary>
    public void Merge(LogHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] += other.counts[i];
        }

        Count += other.Count;
        sum += other.sum;
        min = Math.Min(min, other.min);
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The quantile (nearest rank) in ticks, within 0.4%; 0 when nothing was added.</summary>
    /// <param name="quantile">Between 0 and 1.</param>
    public long Quantile(double quantile)
    {
        if (Count == 0)
        {
            return 0;
        }

        var left = NearestRank.Of(quantile, Count);
        var bucket = 0;
        while (left > counts[bucket])
        {
            left -= counts[bucket];
            bucket++;
        }

        var middle = LogBuckets.Lower(bucket, Bits) + ((LogBuckets.Width(bucket, Bits) - 1) / 2);
        return Math.Clamp(middle, min, Max);
    }

    /// <summary>The five figures that reports show, in seconds; all 0 when nothing was added.</summary>
    public Distribution ToSeconds() => new(
        Mean / TimeSpan.TicksPerSecond,
        Seconds(Quantile(0.5)),
        Seconds(Quantile(0.9)),
        Seconds(Quantile(0.99)),
        Seconds(Max));

    private static double Seconds(long ticks) => (double)ticks / TimeSpan.TicksPerSecond;
}
