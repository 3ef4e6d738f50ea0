using HalfFull.Metrics;

namespace HalfFull.Load.Documents;

/// <summary>A ratio and its interval.</summary>
/// <param name="Ratio">Second over first; null when it cannot be computed.</param>
/// <param name="Low">Lower end; null when there were too few pairs.</param>
/// <param name="High">Upper end; null when there were too few pairs.</param>
public sealed record RatioEntry(double? Ratio, double? Low, double? High)
{
    /// <summary>A ratio as JSON can say it, which knows no infinity.</summary>
    public static RatioEntry Of(RatioInterval interval) => double.IsFinite(interval.High)
        ? new RatioEntry(interval.Ratio, interval.Low, interval.High)
        : new RatioEntry(double.IsFinite(interval.Ratio) ? interval.Ratio : null, null, null);
}
