namespace HalfFull.Metrics;

/// <summary>
/// Says how sure a difference between two policies is: the percentile interval of a circular block bootstrap (Politis and Romano, 1992).
/// Each resample draws runs of neighbouring blocks of arrivals with replacement, the same ones for both policies, so that what both owe
/// to the traffic cancels; with several seeds the blocks of all seeds are drawn from.
/// </summary>
public static class Bootstrap
{
    /// <summary>Below this many blocks an interval would promise more than it knows.</summary>
    public const int FewestBlocks = 16;

    // Neighbouring blocks are drawn together: queues outlast the border between two blocks.
    private const int BlocksPerDraw = 2;

    /// <summary>The ratio of a statistic between two policies on the same traffic, with its interval.</summary>
    /// <param name="baseline">Runs of the policy compared with, one for each seed.</param>
    /// <param name="candidate">Runs of the policy of interest on the same traces in the same order.</param>
    /// <param name="metric">What is compared.</param>
    /// <param name="statistic">Its mean or a quantile; quantiles come from logarithmic buckets, interpolated.</param>
    /// <param name="rng">Source of the resamples: the same seed gives the same interval.</param>
    /// <param name="resamples">How many, at least 1.</param>
    /// <param name="confidence">Share of intervals that contain the true ratio, between 0 and 1.</param>
    /// <exception cref="ArgumentException">The runs are not of the same traces.</exception>
    public static RatioInterval Compare(
        ReadOnlySpan<BlockedSamples> baseline,
        ReadOnlySpan<BlockedSamples> candidate,
        RequestMetric metric,
        Statistic statistic,
        Rng rng,
        int resamples = 1_000,
        double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(rng);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(confidence);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(confidence, 1);
        var circles = BlockCounts(baseline);
        if (!circles.AsSpan().SequenceEqual(BlockCounts(candidate)))
        {
            throw new ArgumentException("The runs to compare are not of the same traces: their numbers of requests differ.", nameof(candidate));
        }

        var numerator = new WeightedBlocks(candidate, metric, statistic);
        var denominator = new WeightedBlocks(baseline, metric, statistic);
        var weights = new int[circles.Sum()];
        Array.Fill(weights, 1);
        var ratio = Ratio(numerator.Of(weights), denominator.Of(weights));
        if (weights.Length < FewestBlocks)
        {
            return new RatioInterval(ratio, 0, double.PositiveInfinity);
        }

        var ratios = new double[resamples];
        for (var i = 0; i < resamples; i++)
        {
            Draw(weights, circles, rng);
            ratios[i] = Ratio(numerator.Of(weights), denominator.Of(weights));
        }

        Array.Sort(ratios);
        var tail = (1 - confidence) / 2;
        return new RatioInterval(
            ratio,
            ratios[NearestRank.Of(tail, resamples) - 1],
            ratios[NearestRank.Of(1 - tail, resamples) - 1]);
    }

    /// <summary>A statistic of one run, with its interval.</summary>
    /// <param name="run">The run.</param>
    /// <param name="metric">What is estimated.</param>
    /// <param name="statistic">Its mean or a quantile; quantiles come from logarithmic buckets, interpolated.</param>
    /// <param name="rng">Source of the resamples: the same seed gives the same interval.</param>
    /// <param name="resamples">How many, at least 1.</param>
    /// <param name="confidence">Share of intervals that contain the true value, between 0 and 1.</param>
    public static ValueInterval Estimate(
        BlockedSamples run, RequestMetric metric, Statistic statistic, Rng rng, int resamples = 1_000, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(rng);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(confidence);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(confidence, 1);
        var samples = new WeightedBlocks([run], metric, statistic);
        int[] circle = [run.Count];
        var weights = new int[run.Count];
        Array.Fill(weights, 1);
        var value = samples.Of(weights);
        if (weights.Length < FewestBlocks)
        {
            return new ValueInterval(value, 0, double.PositiveInfinity);
        }

        var values = new double[resamples];
        for (var i = 0; i < resamples; i++)
        {
            Draw(weights, circle, rng);
            values[i] = samples.Of(weights);
        }

        Array.Sort(values);
        var tail = (1 - confidence) / 2;
        return new ValueInterval(value, values[NearestRank.Of(tail, resamples) - 1], values[NearestRank.Of(1 - tail, resamples) - 1]);
    }

    /// <summary>Draws as many blocks as there are, in runs that wrap around within the blocks of one seed.</summary>
    private static void Draw(int[] weights, int[] circles, Rng rng)
    {
        Array.Clear(weights);
        for (var drawn = 0; drawn < weights.Length;)
        {
            var block = rng.NextInt32(weights.Length);
            var (circle, first) = (0, 0);
            while (block >= first + circles[circle])
            {
                first += circles[circle++];
            }

            for (var i = 0; i < BlocksPerDraw && drawn < weights.Length; i++, drawn++)
            {
                weights[first + ((block - first + i) % circles[circle])]++;
            }
        }
    }

    private static int[] BlockCounts(ReadOnlySpan<BlockedSamples> runs)
    {
        var counts = new int[runs.Length];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = runs[i].Count;
        }

        return counts;
    }

    // Two zeros are equal, so their ratio says "no difference"; it cannot be computed.
    private static double Ratio(double numerator, double denominator) =>
        denominator > 0 ? numerator / denominator : numerator > 0 ? double.PositiveInfinity : 1;
}
