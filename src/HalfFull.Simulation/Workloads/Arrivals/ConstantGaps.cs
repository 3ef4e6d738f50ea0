namespace HalfFull.Simulation.Workloads.Arrivals;

/// <summary>Gaps that are all equal.</summary>
public sealed class ConstantGaps : IGapDistribution
{
    /// <inheritdoc/>
    public double Cv => 0;

    /// <inheritdoc/>
    public double Next(Rng rng) => 1;
}
