using HalfFull.Metrics;

namespace HalfFull.Load.Records;

/// <summary>
/// The 95% intervals of the figures of a <see cref="Distribution"/>, seconds, as pairs of lower and upper end; null where there were
/// too few requests to tell. The maximum has none.
/// </summary>
/// <param name="Mean">Of the mean.</param>
/// <param name="P50">Of the median.</param>
/// <param name="P90">Of the 90th percentile.</param>
/// <param name="P99">Of the 99th percentile.</param>
public sealed record DistributionIntervals(IReadOnlyList<double>? Mean, IReadOnlyList<double>? P50, IReadOnlyList<double>? P90, IReadOnlyList<double>? P99)
{
    /// <summary>The intervals of one metric.</summary>
    /// <param name="samples">Its samples, in ticks.</param>
    /// <param name="metric">Their slot.</param>
    /// <param name="range">The same samples; what is estimated from buckets must not leave the range of what was measured.</param>
    /// <param name="rng">Source of the resamples.</param>
    internal static DistributionIntervals Of(BlockedSamples samples, RequestMetric metric, LogHistogram range, Rng rng)
    {
        return new DistributionIntervals(Of(Statistic.Mean), At(0.5), At(0.9), At(0.99));

        double[]? At(double quantile) => Of(Statistic.AtQuantile(quantile));

        double[]? Of(Statistic statistic)
        {
            var interval = Bootstrap.Estimate(samples, metric, statistic, rng);
            return interval.IsKnown && interval.High > 0 ? [Seconds(interval.Low), Seconds(interval.High)] : null;
        }

        double Seconds(double ticks) => Math.Clamp(ticks, range.Min, range.Max) / TimeSpan.TicksPerSecond;
    }
}
