namespace HalfFull.Simulation.Workloads.Lengths;

/// <summary>A distribution of token counts.</summary>
public interface ILengthDistribution
{
    /// <summary>No draw exceeds this.</summary>
    int Max { get; }

    /// <summary>The next length, at least 1.</summary>
    int Next(Rng rng);
}
