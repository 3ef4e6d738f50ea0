using HalfFull.Simulation.Workloads;

namespace HalfFull.Simulation.Runs;

/// <summary>The error of a workload of which a fleet can serve no request.</summary>
internal static class NothingFits
{
    /// <param name="workload">The workload.</param>
    /// <param name="firstRefusal">Why its first request was refused; null when the router refused it.</param>
    internal static WorkloadException In(IWorkload workload, string? firstRefusal) => firstRefusal is null
        ? new WorkloadException($"The router rejected every request of {workload.Name}.")
        : new WorkloadException($"No request of {workload.Name} fits a replica: {firstRefusal}");
}
