namespace HalfFull.Metrics;

/// <summary>
/// A statistic of a set of blocks in which each counts as often as its weight. Means come from sums; for quantiles the blocks are
/// stored as running totals by bucket, so that a resample costs a binary search, not a merge of histograms.
/// </summary>
internal sealed class WeightedBlocks
{
    private readonly double? quantile;
    private readonly double[] sums;
    private readonly long[] counts;
    private readonly int firstBucket;
    private readonly int[] upTo; // [bucket * blocks + block]: samples of the block in this bucket and those before it
    private readonly int buckets;

    public WeightedBlocks(ReadOnlySpan<BlockedSamples> runs, RequestMetric metric, Statistic statistic)
    {
        var blocks = new List<SampleBlock>();
        foreach (var run in runs)
        {
            if (statistic.Quantile is not null && !run.HasQuantiles)
            {
                throw new ArgumentException("These samples were kept for means only; a quantile cannot be asked of them.", nameof(runs));
            }

            blocks.AddRange(run.Of(metric));
        }

        quantile = statistic.Quantile;
        sums = [.. blocks.Select(static block => (double)block.Sum)];
        counts = [.. blocks.Select(static block => block.Count)];
        var filled = blocks.FindAll(static block => block.Count > 0);
        if (quantile is null || filled.Count == 0)
        {
            upTo = [];
            return;
        }

        firstBucket = filled.Min(static block => block.First);
        buckets = filled.Max(static block => block.First + block.Counts.Length) - firstBucket;
        upTo = RunningTotals(blocks);
    }

    /// <summary>The statistic under the given weights; 0 when they leave no sample.</summary>
    public double Of(ReadOnlySpan<int> weights)
    {
        var (sum, count) = (0.0, 0L);
        for (var i = 0; i < weights.Length; i++)
        {
            sum += weights[i] * sums[i];
            count += weights[i] * counts[i];
        }

        return count == 0 ? 0 : quantile is { } q ? QuantileOf(q, count, weights) : sum / count;
    }

    private double QuantileOf(double q, long count, ReadOnlySpan<int> weights)
    {
        var rank = NearestRank.Of(q, count);
        var (low, high) = (0, buckets - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = UpTo(middle, weights) >= rank ? (low, middle) : (middle + 1, high);
        }

        var before = low == 0 ? 0 : UpTo(low - 1, weights);
        var within = (rank - before - 0.5) / (UpTo(low, weights) - before);
        var bucket = firstBucket + low;
        return LogBuckets.Lower(bucket, SampleBlock.Bits) + (within * (LogBuckets.Width(bucket, SampleBlock.Bits) - 1));
    }

    private long UpTo(int bucket, ReadOnlySpan<int> weights)
    {
        var row = upTo.AsSpan(bucket * weights.Length, weights.Length);
        var total = 0L;
        for (var i = 0; i < row.Length; i++)
        {
            total += (long)weights[i] * row[i];
        }

        return total;
    }

    private int[] RunningTotals(List<SampleBlock> blocks)
    {
        var totals = new int[buckets * blocks.Count];
        for (var block = 0; block < blocks.Count; block++)
        {
            var samples = blocks[block].Counts;
            var offset = blocks[block].First - firstBucket;
            var total = 0;
            for (var bucket = 0; bucket < buckets; bucket++)
            {
                var place = bucket - offset;
                total += place >= 0 && place < samples.Length ? samples[place] : 0;
                totals[(bucket * blocks.Count) + block] = total;
            }
        }

        return totals;
    }
}
