using BenchmarkDotNet.Attributes;
using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Simulation;

namespace HalfFull.Benchmarks;

/// <summary>
/// One planned step of an engine that stays busy: plan, begin and end, without fast-forward. Whoever finishes is replaced by a newcomer, so that batch and queue
/// stay as long as they are.
/// </summary>
[MemoryDiagnoser]
public class SchedulerBenchmark : IReplicaListener
{
    private readonly Rng rng = new(1);
    private Replica replica = null!;
    private TimeSpan now;
    private long nextId;
    private int ended;

    /// <summary>Engine policies of the catalogue.</summary>
    public static IEnumerable<string> Engines => PolicyCatalogs.Engines.Entries.Select(entry => entry.Name);

    /// <summary>The policy measured.</summary>
    [ParamsSource(nameof(Engines))]
    public string Engine { get; set; } = "";

    /// <summary>Requests in the engine, running and waiting.</summary>
    [Params(64, 1024)]
    public int Requests { get; set; }

    /// <summary>Fills the engine and lets it settle.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var rates = new EngineRates(Fleets.Limits, Fleets.StepTime);
        replica = new Replica(0, Fleets.Limits, Fleets.Scheduler(Engine, rates), rates, this);
        for (var i = 0; i < Requests; i++)
        {
            Submit();
        }

        for (var i = 0; i < 5000; i++)
        {
            Step();
        }
    }

    /// <summary>Plans, begins and ends one step.</summary>
    [Benchmark]
    public void Step()
    {
        replica.BeginStep(now);
        now += Fleets.StepTime.Predict(replica.Plan.Shape);
        replica.EndStep(now);
        for (; ended > 0; ended--)
        {
            Submit();
        }
    }

    /// <inheritdoc/>
    void IReplicaListener.TokenGap(TimeSpan gap, long count)
    {
    }

    /// <inheritdoc/>
    void IReplicaListener.FirstToken(int replica, Sequence sequence, TimeSpan now)
    {
    }

    /// <inheritdoc/>
    void IReplicaListener.Ended(Sequence sequence, in RequestRecord record) => ended++;

    private void Submit()
    {
        var output = 1 + rng.NextInt32(400);
        replica.Submit(new Request(nextId++, now, 1 + rng.NextInt32(2000), 4096) { PredictedOutputTokens = output }, now, output);
    }
}
