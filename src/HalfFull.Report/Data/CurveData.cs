using HalfFull.Metrics;

namespace HalfFull.Report.Data;

/// <summary>
/// A distribution as its quantiles, evenly spaced in nines (the share of larger samples is 10 to the power of minus that), so that every tail has as many points
/// as the one before it: value i is the quantile at i / <see cref="PerNine"/> nines. The last point is the largest sample.
/// </summary>
/// <param name="Count">Samples.</param>
/// <param name="Seconds">Quantiles, seconds, within 0.4%; empty without samples.</param>
/// <param name="Max">The largest sample, exact.</param>
public sealed record CurveData(long Count, IReadOnlyList<double> Seconds, double Max)
{
    /// <summary>Points for each nine.</summary>
    public const int PerNine = 40;

    /// <summary>The curve of a histogram.</summary>
    public static CurveData Of(LogHistogram histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        var points = histogram.Count == 0 ? 0 : (int)(Math.Log10(histogram.Count) * PerNine) + 1;
        return new CurveData(
            histogram.Count,
            [.. Enumerable.Range(0, points).Select(i => InSeconds(histogram.Quantile(1 - Math.Pow(10, -(double)i / PerNine))))],
            InSeconds(histogram.Max));

        static double InSeconds(long ticks) => Digits.Five((double)ticks / TimeSpan.TicksPerSecond);
    }
}
