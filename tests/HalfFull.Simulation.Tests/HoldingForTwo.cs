using HalfFull.Routing;

namespace HalfFull.Simulation.Tests;

/// <summary>Holds requests while it sees fewer than two replicas.</summary>
internal sealed class HoldingForTwo : IRouter
{
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores) =>
        candidates.Length > 1 ? RouteDecision.Route(1, "two") : RouteDecision.Hold("one");
}
