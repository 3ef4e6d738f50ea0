namespace HalfFull.Metrics;

/// <summary>A figure of one run over the same figure of another, with the interval in which the true ratio is to be expected.</summary>
/// <param name="Ratio">Candidate over baseline: 0.8 means 20% less than the baseline.</param>
/// <param name="Low">Lower end of the interval; 0 when there are too few requests to tell.</param>
/// <param name="High">Upper end of the interval; infinite when there are too few requests to tell.</param>
public readonly record struct RatioInterval(double Ratio, double Low, double High)
{
    /// <summary>Whether the difference may be chance: the interval contains 1.</summary>
    public bool IsNoise => Low <= 1 && High >= 1;
}
