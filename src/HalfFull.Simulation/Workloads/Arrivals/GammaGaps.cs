namespace HalfFull.Simulation.Workloads.Arrivals;

/// <summary>Gamma-distributed gaps: Poisson at a coefficient of variation of 1, bursts above, nearly regular below.</summary>
public sealed class GammaGaps : IGapDistribution
{
    private readonly double shape;

    /// <summary>Gaps with this coefficient of variation, more than 0.</summary>
    public GammaGaps(double cv)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cv);
        Cv = cv;
        shape = 1 / (cv * cv);
    }

    /// <summary>A Poisson process.</summary>
    public static GammaGaps Poisson { get; } = new(1);

    /// <inheritdoc/>
    public double Cv { get; }

    /// <inheritdoc/>
    public double Next(Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        return Cv == 1 ? rng.NextExponential() : rng.NextGamma(shape) / shape;
    }
}
