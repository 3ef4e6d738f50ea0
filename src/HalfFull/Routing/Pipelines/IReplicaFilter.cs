namespace HalfFull.Routing.Pipelines;

/// <summary>A soft condition in a <see cref="WeightedPipeline"/>: when no candidate meets it, all stay.</summary>
public interface IReplicaFilter
{
    /// <summary>Whether a candidate meets it.</summary>
    bool Keeps(in RouteRequest request, in ReplicaView view);
}
