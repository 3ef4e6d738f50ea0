namespace HalfFull.Metrics;

/// <summary>What an autoscaler did in a run.</summary>
/// <param name="ReplicaSeconds">Time that all replicas cost together between the first arrival and the last finish: from the decision to start one until it is gone.</param>
/// <param name="ReplicasMean">The mean number of replicas that cost.</param>
/// <param name="ReplicasMin">Fewest at a time.</param>
/// <param name="ReplicasMax">Most at a time.</param>
/// <param name="ScaleUps">Replicas started or opened again.</param>
/// <param name="ScaleDowns">Replicas drained, or given up before they were ready.</param>
/// <param name="Events">Every change in order.</param>
public sealed record ScalingFigures(
    double ReplicaSeconds, double ReplicasMean, int ReplicasMin, int ReplicasMax, int ScaleUps, int ScaleDowns, IReadOnlyList<ScalingEvent> Events);
