using HalfFull.Simulation.Fleets;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Simulation.Runs;

/// <summary>A workload at its final rate, and what that rate is to a fleet.</summary>
/// <param name="Workload">The requests.</param>
/// <param name="CapacityRequestsPerSecond">Capacity of the fleet; null when it was not measured.</param>
public sealed record Traffic(Workload Workload, double? CapacityRequestsPerSecond = null)
{
    /// <summary>Arrival rate over capacity; null when the capacity was not measured.</summary>
    public double? Load => Workload.RequestsPerSecond / CapacityRequestsPerSecond;

    /// <summary>The workload with its arrivals scaled to a share of a fleet's capacity.</summary>
    /// <exception cref="WorkloadException">No request fits, or the arrivals cannot be scaled.</exception>
    public static Traffic AtLoad(Workload workload, Fleet fleet, double load, ulong seed, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var capacity = Capacity.Measure(workload, fleet, seed, cancellation);
        return new Traffic(workload.WithRate(load * capacity), capacity);
    }

    /// <summary>The same traffic, its load told for another fleet.</summary>
    public Traffic On(Fleet fleet, ulong seed, CancellationToken cancellation = default) =>
        this with { CapacityRequestsPerSecond = Capacity.Measure(Workload, fleet, seed, cancellation) };
}
