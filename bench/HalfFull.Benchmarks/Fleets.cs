using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Metrics;
using HalfFull.Policies;
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

    /// <summary>A run on that many replicas.</summary>
    internal static SimulationSetup Setup(int replicas, string engine, string router) => new()
    {
        Fleet = [.. Enumerable.Repeat(new ReplicaSpec(Limits, StepTime), replicas)],
        Engine = PolicySpec.Parse(engine),
        Router = PolicySpec.Parse(router),
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
