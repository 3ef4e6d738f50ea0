using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Prediction;
using HalfFull.Routing;
using HalfFull.Simulation;

namespace HalfFull.Benchmarks;

/// <summary>The fleets that benchmarks play on: A100s with llama-3-8b and the default limits.</summary>
internal static class Fleets
{
    private static readonly StepModelEntry Entry = StepModelCatalog.Find("a100", "llama-3-8b", tp: 1);

    /// <summary>The step-time model of one replica.</summary>
    internal static IStepTimeModel StepTime { get; } = Entry.Create(StepModelCatalog.FindOverhead(StepModelCatalog.DefaultOverhead));

    /// <summary>One replica's limits.</summary>
    internal static EngineLimits Limits { get; } = new((int)(Entry.KvCapacityTokens / 16));

    /// <summary>A scheduler for one replica.</summary>
    internal static IEngineScheduler Scheduler(string engine, EngineRates rates) =>
        PolicyCatalogs.Engines.Create(PolicySpec.Parse(engine), rates, Limits, new Rng(1), StepTime, NoPredictor.Instance);

    /// <summary>Whether an engine policy asks for predicted output lengths.</summary>
    internal static bool NeedsPrediction(string engine) => Scheduler(engine, new EngineRates(Limits, StepTime)).NeedsPrediction;

    /// <summary>A run on that many replicas.</summary>
    internal static SimulationSetup Setup(int replicas, string engine, string router) => new()
    {
        Fleet = [.. Enumerable.Repeat(new ReplicaSpec(Limits, StepTime), replicas)],
        Engine = PolicySpec.Parse(engine),
        Router = PolicySpec.Parse(router),
    };

    /// <summary>Views of that many replicas, all figures known and no two alike.</summary>
    internal static ReplicaView[] Views(int replicas)
    {
        var rng = new Rng(2);
        return [.. Enumerable.Range(0, replicas).Select(replica => View(rng, replica))];
    }

    private static ReplicaView View(Rng rng, int replica) => new()
    {
        Replica = replica,
        Running = rng.NextInt32(200),
        Waiting = rng.NextInt32(50),
        QueuedPrefillTokens = rng.NextInt32(50_000),
        KvTokensInUse = rng.NextInt32(400_000),
        KvTokensQueued = rng.NextInt32(50_000),
        KvCapacityTokens = 400_000,
        PrefillTokensPerSecond = 10_000 + rng.NextInt32(1000),
        ReleasedTokensPerSecond = 5000 + rng.NextInt32(1000),
        MeanOutputTokens = 200,
        CachedPromptTokens = 16 * rng.NextInt32(6),
        InFlightRequests = rng.NextInt32(250),
        InFlightPromptTokens = rng.NextInt32(300_000),
        InFlightPrefillTokens = rng.NextInt32(50_000),
    };

    /// <summary>Counts what came out, and keeps nothing.</summary>
    internal sealed class Counter : IRecordSink
    {
        /// <summary>Requests that ended.</summary>
        internal long Requests { get; private set; }

        /// <summary>Tokens that they emitted.</summary>
        internal long OutputTokens { get; private set; }

        /// <inheritdoc/>
        public void Add(in RequestRecord record)
        {
            Requests++;
            OutputTokens += record.OutputTokens;
        }
    }
}
