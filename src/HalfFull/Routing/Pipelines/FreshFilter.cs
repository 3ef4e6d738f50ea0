namespace HalfFull.Routing.Pipelines;

/// <summary>Keeps replicas whose report is not older than a bound: a stale one is taken for saturated.</summary>
public sealed class FreshFilter(TimeSpan oldest) : IReplicaFilter
{
    /// <inheritdoc/>
    public bool Keeps(in RouteRequest request, in ReplicaView view) => view.Age <= oldest;
}
