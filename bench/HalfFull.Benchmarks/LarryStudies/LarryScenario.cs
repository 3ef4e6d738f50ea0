using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Simulation;
using HalfFull.Simulation.Fleets;
using HalfFull.Simulation.Runs;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Benchmarks.LarryStudies;

/// <summary>A trace on one replica at a load; a seed turns the trace to another beginning.</summary>
/// <param name="Name">For tables.</param>
/// <param name="Trace">File below the shared traces, or a preset.</param>
/// <param name="Options">The replica.</param>
/// <param name="Load">Arrival rate over capacity.</param>
/// <param name="ClosedLoop">Capacity is the best of two first-come-first-served engines that get the whole trace at once; else what <c>--load</c> means.</param>
internal sealed record LarryScenario(string Name, string Trace, FleetOptions Options, double Load, bool ClosedLoop)
{
    private static readonly string[] Fcfs = ["vllm", "sarathi"];
    private static readonly Dictionary<(string Trace, FleetOptions Options, bool ClosedLoop), double> Capacities = [];
    private IReadOnlyList<Job>? jobs;
    private double capacity;

    private Fleet Fleet => field ??= Fleet.Build(FleetSpec.Of("a100", 1), Options);

    /// <summary>Reads the trace; false when this machine does not have it.</summary>
    internal bool TryOpen()
    {
        var source = Trace.Contains('.', StringComparison.Ordinal) ? SharedTraces.Find(Trace) : Trace;
        if (source is null)
        {
            return false;
        }

        var workload = WorkloadCatalog.Open(source, new WorkloadOptions { Limit = Trace.Contains('.', StringComparison.Ordinal) ? null : 20_000 });
        var limits = Fleet.Replicas[0].Limits;
        jobs = [.. workload.Jobs().Where(job => limits.Refusal(job.Request) is null)];
        if (!Capacities.TryGetValue((Trace, Options, ClosedLoop), out capacity))
        {
            capacity = ClosedLoop ? Fcfs.Max(AllAtOnce) : Capacity.Measure(workload, Fleet, seed: 1);
            Capacities.Add((Trace, Options, ClosedLoop), capacity);
        }

        return true;
    }

    /// <summary>Plays the trace.</summary>
    internal RunFigures Run(string engine, int seed)
    {
        var records = new Records();
        var result = Simulator.Run(Setup(engine, seed), Arrivals(seed), records);
        return RunFigures.Of(records.All, result, new IsolatedTime(Fleet.Replicas));
    }

    private SimulationSetup Setup(string engine, int seed) => new()
    {
        Fleet = Fleet.Replicas,
        Engine = PolicySpec.Parse(engine),
        Router = PolicySpec.Parse("round-robin"),
        Seed = (ulong)seed,
    };

    /// <summary>Seed 1 begins where the trace does, the others at a request drawn by it; what comes before follows after the end.</summary>
    private IEnumerable<Job> Arrivals(int seed)
    {
        var first = jobs![0].Request.Arrival;
        var span = jobs[^1].Request.Arrival - first;
        var scale = (jobs.Count - 1) / span.TotalSeconds / (capacity * Load);
        var start = seed == 1 ? 0 : new Rng((ulong)seed).NextInt32(jobs.Count);
        var turn = span + (span / (jobs.Count - 1));
        for (var i = 0; i < jobs.Count; i++)
        {
            var job = jobs[(start + i) % jobs.Count];
            var arrival = job.Request.Arrival - jobs[start].Request.Arrival + (start + i < jobs.Count ? TimeSpan.Zero : turn);
            yield return job with { Request = job.Request with { Id = i, Arrival = arrival * scale } };
        }
    }

    private double AllAtOnce(string engine)
    {
        var atOnce = jobs!.Select(static job => job with { Request = job.Request with { Arrival = TimeSpan.Zero } });
        var result = Simulator.Run(Setup(engine, seed: 1), atOnce, new Records());
        return jobs!.Count / result.Makespan.TotalSeconds;
    }

    private sealed class Records : IRecordSink
    {
        internal List<RequestRecord> All { get; } = [];

        public void Add(in RequestRecord record) => All.Add(record);
    }
}
