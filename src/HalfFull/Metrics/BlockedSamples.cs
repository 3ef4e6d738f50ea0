namespace HalfFull.Metrics;

/// <summary>
/// The per-request metrics of one run, kept by block of consecutive arrivals: what <see cref="Bootstrap"/> resamples, in memory that
/// does not grow with the run. Requests of one run depend on their neighbours (they wait behind each other), so blocks, not requests,
/// are what may be drawn independently.
/// </summary>
/// <remarks>
/// A request's block is its id divided by a width, a power of two that doubles whenever an id would need more than
/// <see cref="MostBlocks"/> blocks. Ids must therefore number the requests of a trace from 0 in order of arrival; two runs of one
/// trace then have the same blocks, whatever the order in which requests ended.
/// </remarks>
public sealed class BlockedSamples
{
    /// <summary>There are at most this many blocks, and at least half as many once there are this many requests.</summary>
    public const int MostBlocks = 128;

    private readonly SampleBlock[][] blocks;
    private long width = 1;

    /// <summary>Creates an empty set of blocks.</summary>
    /// <param name="quantiles">Whether quantiles can be asked of them; without, means only, in far less memory.</param>
    public BlockedSamples(bool quantiles = true)
    {
        HasQuantiles = quantiles;
        blocks = [.. Enum.GetValues<RequestMetric>().Select(static _ => Enumerable.Range(0, MostBlocks).Select(static _ => new SampleBlock()).ToArray())];
    }

    /// <summary>Whether quantiles can be asked of the samples.</summary>
    public bool HasQuantiles { get; }

    /// <summary>Blocks in use.</summary>
    public int Count { get; private set; }

    /// <summary>Notes that a request arrived, whether or not it has samples: every request of the run must be noted.</summary>
    /// <param name="requestId">Its place in the order of arrival, from 0.</param>
    public void Arrived(long requestId)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(requestId);
        while (requestId / width >= MostBlocks)
        {
            Widen();
        }

        Count = Math.Max(Count, (int)(requestId / width) + 1);
    }

    /// <summary>Adds one sample of a request that <see cref="Arrived"/> was told of.</summary>
    /// <param name="metric">What was measured.</param>
    /// <param name="requestId">The request's place in the order of arrival, from 0.</param>
    /// <param name="sample">The value in the metric's unit, not negative.</param>
    public void Add(RequestMetric metric, long requestId, long sample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sample);
        var block = blocks[(int)metric][requestId / width];
        if (HasQuantiles)
        {
            block.Add(sample);
        }
        else
        {
            block.AddToMean(sample);
        }
    }

    /// <summary>Adds the samples of other requests of the same run.</summary>
    /// <exception cref="ArgumentException">The other's blocks are not of the same width and number: tell both of the last arrival first.</exception>
    public void Merge(BlockedSamples other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.width != width || other.Count != Count || other.HasQuantiles != HasQuantiles)
        {
            throw new ArgumentException("The samples to merge lie in other blocks.", nameof(other));
        }

        foreach (var (mine, others) in blocks.Zip(other.blocks))
        {
            for (var i = 0; i < Count; i++)
            {
                mine[i].Merge(others[i]);
            }
        }
    }

    /// <summary>Samples of a metric.</summary>
    public long SampleCount(RequestMetric metric) => blocks[(int)metric].Sum(static block => block.Count);

    /// <summary>Mean of the samples of a metric, in its unit; 0 without samples.</summary>
    public double Mean(RequestMetric metric) =>
        SampleCount(metric) is > 0 and var count ? blocks[(int)metric].Sum(static block => (double)block.Sum) / count : 0;

    /// <summary>The blocks of one metric in order of arrival.</summary>
    internal ReadOnlySpan<SampleBlock> Of(RequestMetric metric) => blocks[(int)metric].AsSpan(0, Count);

    private void Widen()
    {
        foreach (var metric in blocks)
        {
            for (var i = 0; i < MostBlocks / 2; i++)
            {
                metric[2 * i].Merge(metric[(2 * i) + 1]);
                metric[i] = metric[2 * i];
            }

            for (var i = MostBlocks / 2; i < MostBlocks; i++)
            {
                metric[i] = new SampleBlock();
            }
        }

        Count = (Count + 1) / 2;
        width *= 2;
    }
}
