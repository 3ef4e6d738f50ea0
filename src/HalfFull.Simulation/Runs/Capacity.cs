using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Simulation.Fleets;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Simulation.Runs;

/// <summary>
/// What a fleet can do with a workload: requests per second completed when the first 2,000 requests all arrive at once, under the engine
/// policy <c>vllm</c> and the router <c>least-requests</c>, in every role. <c>--load</c> is relative to it.
/// </summary>
public static class Capacity
{
    /// <summary>How many requests it is measured with, or all when there are fewer.</summary>
    public const int Requests = 2_000;

    private static readonly PolicySpec Engine = PolicySpec.Parse("vllm");
    private static readonly PolicySpec Router = PolicySpec.Parse("least-requests");

    /// <summary>Measures it; independent of the workload's rate.</summary>
    /// <exception cref="WorkloadException">No request fits a replica, so that there is no capacity.</exception>
    public static double Measure(IWorkload workload, Fleet fleet, ulong seed, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(fleet);
        var setup = new SimulationSetup { Fleet = fleet.Replicas, Engine = Engine, Router = Router, KvTransfer = fleet.KvTransfer, Seed = seed };
        var count = new CompletedCount();
        var atOnce = workload.Jobs().Take(Requests).Select(job => job with { Request = job.Request with { Arrival = TimeSpan.Zero } });
        var result = Simulator.Run(setup, atOnce, count, cancellation);
        return count.Completed > 0 ? count.Completed / result.Makespan.TotalSeconds : throw NothingFits.In(workload, result.FirstRefusal);
    }

    private sealed class CompletedCount : IRecordSink
    {
        public long Completed { get; private set; }

        public void Add(in RequestRecord record) => Completed += record.Outcome == Outcome.Completed ? 1 : 0;
    }
}
