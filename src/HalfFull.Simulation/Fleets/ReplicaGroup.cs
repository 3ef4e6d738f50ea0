namespace HalfFull.Simulation.Fleets;

/// <summary>Equal replicas of a fleet.</summary>
/// <param name="Gpu">The GPU that each runs on.</param>
/// <param name="Replicas">How many there are, at least 1.</param>
public readonly record struct ReplicaGroup(string Gpu, int Replicas)
{
    /// <summary>Which part of serving a request they do.</summary>
    public ReplicaRole Role { get; init; }
}
