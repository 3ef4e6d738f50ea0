namespace HalfFull.Gateway.Dashboard;

/// <summary>Counts of durations in buckets whose bounds grow by a sixth, from half a millisecond to ten minutes: a percentile is right to about 8%.</summary>
internal static class LatencyBuckets
{
    /// <summary>How many there are.</summary>
    public const int Count = 96;

    private const double Smallest = 0.0005; // seconds
    private const double Growth = 1.16;
    private static readonly double PerBucket = 1 / Math.Log(Growth);

    /// <summary>The bucket of a duration.</summary>
    public static int Of(TimeSpan duration) =>
        duration.TotalSeconds <= Smallest ? 0 : Math.Min(Count - 1, 1 + (int)(Math.Log(duration.TotalSeconds / Smallest) * PerBucket));

    /// <summary>A percentile, seconds: the middle of its bucket; null when nothing was counted.</summary>
    public static double? Percentile(ReadOnlySpan<int> counts, double share)
    {
        var total = 0L;
        foreach (var count in counts)
        {
            total += count;
        }

        if (total == 0)
        {
            return null;
        }

        var left = Math.Max(1, (long)Math.Ceiling(share * total));
        var bucket = 0;
        while ((left -= counts[bucket]) > 0)
        {
            bucket++;
        }

        return Smallest * Math.Pow(Growth, bucket - 0.5);
    }
}
