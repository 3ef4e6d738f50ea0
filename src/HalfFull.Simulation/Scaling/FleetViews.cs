using HalfFull.Routing;
using HalfFull.Simulation.Gateways;

namespace HalfFull.Simulation.Scaling;

/// <summary>What those who steer a fleet see of its replicas: what routers see, without what any gateway knows itself.</summary>
/// <param name="fleet">The replicas.</param>
/// <param name="reports">Their reports; null when they are seen as they are.</param>
internal sealed class FleetViews(FleetState fleet, ReplicaReports? reports)
{
    private readonly ReplicaObserver observer = new(fleet.Specs, withSequences: false, intakes: null);

    /// <summary>A living replica.</summary>
    internal ReplicaView Of(int replica, TimeSpan now)
    {
        reports?.CatchUpWith(fleet[replica], now);
        var own = new OwnFigures { Epoch = fleet.Epoch(replica) };
        return reports is null ? observer.Observe(fleet[replica], own) : reports.Of(replica, now, own);
    }
}
