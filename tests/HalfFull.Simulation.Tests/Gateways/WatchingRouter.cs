using HalfFull.Metrics;
using HalfFull.Routing;

namespace HalfFull.Simulation.Tests.Gateways;

/// <summary>Routes by a rule and keeps every view that it was shown.</summary>
internal sealed class WatchingRouter(Func<RouteRequest, ReplicaView[], int> rule) : IRouter
{
    internal List<(RouteRequest Request, ReplicaView[] Views)> Seen { get; } = [];

    internal List<RequestRecord> Ends { get; } = [];

    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var views = candidates.ToArray();
        Seen.Add((request, views));
        return RouteDecision.Route(rule(request, views), "watching");
    }

    public void Ended(in RequestRecord record) => Ends.Add(record);
}
