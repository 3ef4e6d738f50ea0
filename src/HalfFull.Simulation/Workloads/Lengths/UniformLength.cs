namespace HalfFull.Simulation.Workloads.Lengths;

/// <summary>Every length from <paramref name="min"/> to <paramref name="max"/> equally often.</summary>
/// <param name="min">Shortest, at least 1.</param>
/// <param name="max">Longest.</param>
public sealed class UniformLength(int min, int max) : ILengthDistribution
{
    /// <inheritdoc/>
    public int Max => max;

    /// <inheritdoc/>
    public int Next(Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        return min + rng.NextInt32(max - min + 1);
    }
}
