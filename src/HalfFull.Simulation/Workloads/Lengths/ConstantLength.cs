namespace HalfFull.Simulation.Workloads.Lengths;

/// <summary>Always the same length.</summary>
/// <param name="tokens">The length, at least 1.</param>
public sealed class ConstantLength(int tokens) : ILengthDistribution
{
    /// <inheritdoc/>
    public int Max { get; } = tokens;

    /// <inheritdoc/>
    public int Next(Rng rng) => Max;
}
