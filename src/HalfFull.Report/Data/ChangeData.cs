using HalfFull.Metrics;

namespace HalfFull.Report.Data;

/// <summary>A ratio to the first combination.</summary>
/// <param name="Ratio">The ratio; null when it cannot be computed.</param>
/// <param name="Low">Lower end of the 95% interval; null when there are too few requests to tell.</param>
/// <param name="High">Upper end; null when there are too few requests to tell.</param>
public sealed record ChangeData(double? Ratio, double? Low, double? High)
{
    /// <summary>A ratio as JSON can say it, which knows no infinity.</summary>
    public static ChangeData Of(RatioInterval interval) => double.IsFinite(interval.High)
        ? new ChangeData(Digits.Five(interval.Ratio), Digits.Five(interval.Low), Digits.Five(interval.High))
        : new ChangeData(double.IsFinite(interval.Ratio) ? Digits.Five(interval.Ratio) : null, null, null);
}
