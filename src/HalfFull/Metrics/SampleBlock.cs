namespace HalfFull.Metrics;

/// <summary>The samples of one metric of one block of requests: their number, their exact sum and their counts in logarithmic buckets.</summary>
internal sealed class SampleBlock
{
    /// <summary>64 buckets per power of two; quantiles interpolate within them.</summary>
    public const int Bits = 6;

    private int first;
    private int[] counts = [];

    public long Count { get; private set; }

    public Int128 Sum { get; private set; }

    /// <summary>The first bucket that may hold samples.</summary>
    public int First => first;

    /// <summary>Samples by bucket, from <see cref="First"/> on.</summary>
    public ReadOnlySpan<int> Counts => counts;

    public void Add(long sample)
    {
        var bucket = LogBuckets.Index(sample, Bits);
        Cover(bucket, bucket + 1);
        counts[bucket - first]++;
        Count++;
        Sum += sample;
    }

    /// <summary>Adds a sample of which only the mean will be asked: it goes to no bucket.</summary>
    public void AddToMean(long sample)
    {
        Count++;
        Sum += sample;
    }

    public void Merge(SampleBlock other)
    {
        Count += other.Count;
        Sum += other.Sum;
        if (other.counts.Length == 0)
        {
            return;
        }

        Cover(other.first, other.first + other.counts.Length);
        for (var i = 0; i < other.counts.Length; i++)
        {
            counts[other.first - first + i] += other.counts[i];
        }
    }

    // Latencies of one run span few of the 3,712 possible buckets, so only the range in use is stored, with some room to grow.
    private void Cover(int from, int to)
    {
        const int Room = 16;
        if (counts.Length > 0 && from >= first && to <= first + counts.Length)
        {
            return;
        }

        var newFirst = counts.Length == 0 || from < first ? Math.Max(0, from - Room) : first;
        var newEnd = counts.Length == 0 || to > first + counts.Length ? to + Room : first + counts.Length;
        var wider = new int[newEnd - newFirst];
        counts.CopyTo(wider, counts.Length == 0 ? 0 : first - newFirst);
        (first, counts) = (newFirst, wider);
    }
}
