namespace HalfFull.Simulation.Workloads.Lengths;

/// <summary>Lognormal lengths, given by median and 99th percentile, cut at a longest length.</summary>
public sealed class LogNormalLength : ILengthDistribution
{
    private const double Z99 = 2.3263478740408408;
    private readonly double median;
    private readonly double sigma;

    /// <summary>A distribution with this median and 99th percentile; longer draws than <paramref name="max"/> become that.</summary>
    public LogNormalLength(double median, double p99, int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(median, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(p99, median);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        this.median = median;
        sigma = Math.Log(p99 / median) / Z99;
        Max = max;
    }

    /// <inheritdoc/>
    public int Max { get; }

    /// <inheritdoc/>
    public int Next(Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        return (int)Math.Clamp(Math.Round(median * Math.Exp(sigma * rng.NextNormal())), 1, Max);
    }
}
