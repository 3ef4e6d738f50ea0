using System.Globalization;
using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Simulation.Recording;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Simulation.Runs;

/// <summary>Executes a plan and gathers its figures.</summary>
public static class SimulationRun
{
    private const int WarmUpRequests = 3000;
    private const double WarmUpRequestsPerReplicaSecond = 6;

    /// <summary>Runs to the end.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="records">Takes the records as they come; null when nobody wants them.</param>
    /// <param name="observer">Hears its steps and takes its records; null when nobody wants to know.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <exception cref="SimulationException">The plan cannot be run as asked.</exception>
    /// <exception cref="WorkloadException">No request fits a replica.</exception>
    public static RunResult Execute(RunPlan plan, IRecordSink? records = null, IRunObserver? observer = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var workload = plan.Traffic.Workload;
        using var builder = new SummaryBuilder(plan.Slo, plan.IsolatedTime);
        IRecordSink sink = records is null ? builder : new SinkPair(builder, records);
        sink = observer is null ? sink : new SinkPair(sink, observer);
        var result = Simulator.Run(Setup(plan, observer), workload.Jobs(), sink, cancellation);
        var summary = builder.Build(result.TokenGaps);
        if (summary.Completed == 0 && summary.Rejected == summary.Requests)
        {
            throw NothingFits.In(workload, result.FirstRefusal);
        }

        return new RunResult(plan, RunEntry.Of(Setting(plan), summary, Totals(result)), builder.Blocks, result.FirstRefusal);
    }

    /// <summary>Runs again for somebody who wants to hear more: the same decisions, and no figures.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="observer">Hears its steps and takes its records.</param>
    /// <param name="cancellation">Stops the run.</param>
    public static void Replay(RunPlan plan, IRunObserver observer, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _ = Simulator.Run(Setup(plan, observer), plan.Traffic.Workload.Jobs(), observer, cancellation);
    }

    /// <summary>
    /// Plays a short built-in workload with the same policies and fleet and forgets it, so that the speed of the next run is that of compiled code. No
    /// figure but <c>wallSeconds</c> and what follows from it depends on this.
    /// </summary>
    public static void WarmUp(RunPlan plan, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var options = new WorkloadOptions { Limit = WarmUpRequests, RequestsPerSecond = WarmUpRequestsPerReplicaSecond * plan.Fleet.Replicas.Count };
        using var builder = new SummaryBuilder(plan.Slo, new IsolatedTime(plan.Fleet.Replicas, plan.Fleet.KvTransfer));
        _ = Simulator.Run(Setup(plan) with { Scenario = null, Autoscale = null }, WorkloadCatalog.Open("chat", options).Jobs(), builder, cancellation);
    }

    private static SimulationSetup Setup(RunPlan plan, IRunObserver? observer = null) => new()
    {
        Fleet = plan.Fleet.Replicas,
        Engine = plan.Engine,
        Router = plan.Router,
        DecodeEngine = plan.DecodeEngine,
        DecodeRouter = plan.DecodeRouter,
        DecodeHeadroom = plan.DecodeHeadroom,
        Seed = plan.Seed,
        Predictor = plan.Predictor,
        PrefixHits = plan.PrefixHits,
        SnapshotAge = plan.SnapshotAge,
        Gateways = plan.Gateways,
        Scenario = plan.Scenario,
        Autoscale = plan.Autoscale,
        Migrate = plan.Migrate,
        KvTransfer = plan.Fleet.KvTransfer,
        FastForward = plan.FastForward,
        Observers = observer is null ? [] : [observer],
    };

    private static RunSetting Setting(RunPlan plan) => new()
    {
        Engine = plan.Engine.ToString(),
        Router = plan.Router.ToString(),
        DecodeEngine = plan.Fleet.Spec.IsSplit ? (plan.DecodeEngine ?? plan.Engine).ToString() : null,
        DecodeRouter = plan.Fleet.Spec.IsSplit ? (plan.DecodeRouter ?? plan.Router).ToString() : null,
        DecodeHeadroomTokens = plan.Fleet.Spec.IsSplit ? plan.DecodeHeadroom : null,
        Replicas = plan.Fleet.Replicas.Count,
        Fleet = plan.Fleet.Spec.ToString(),
        Gpu = plan.Fleet.Spec.Gpu,
        Model = plan.Fleet.Options.Model,
        Tp = plan.Fleet.Options.Tp,
        StepModel = string.Join('+', plan.Fleet.StepModels.Select(use => use.Origin).Distinct(StringComparer.Ordinal)),
        Overhead = plan.Fleet.StepModels[0].Overhead,
        KvBlocks = [.. plan.Fleet.StepModels.Select(use => use.KvBlocks)],
        BlockSize = plan.Fleet.Options.BlockSize,
        Predict = plan.Predictor.ToString(),
        PrefixView = plan.PrefixHits == PrefixSource.Index ? "index" : null,
        SnapshotAgeSeconds = plan.SnapshotAge > TimeSpan.Zero ? plan.SnapshotAge.TotalSeconds : null,
        Gateways = plan.Gateways > 1 ? plan.Gateways : null,
        Scenario = plan.Scenario?.Name,
        Autoscale = plan.Autoscale?.ToString(),
        Migrate = plan.Migrate?.ToString(),
        KvBytesPerSecond = plan.MovesKv ? plan.Fleet.Options.KvBytesPerSecond : null,
        KvLatencySeconds = plan.MovesKv ? plan.Fleet.Options.KvLatency.TotalSeconds : null,
        RateScale = plan.Traffic.Workload.RateScale,
        Load = plan.Traffic.Load,
        CapacityRequestsPerSecond = plan.Traffic.CapacityRequestsPerSecond,
        Seed = (long)plan.Seed,
    };

    private static RunTotals Totals(SimulationResult result) => new(
        result.RecomputedTokens,
        result.KvUsageMean,
        result.Imbalance,
        result.Steps,
        result.Wall.TotalSeconds,
        result.DecisionHash.ToString("x16", CultureInfo.InvariantCulture))
    {
        RouterLearned = result.RouterLearned,
        Handovers = result.Handovers is { } handovers
            ? new HandoverFigures(handovers.Count, handovers.Tokens, handovers.Waits.ToSeconds(), handovers.Copies.ToSeconds())
            : null,
        Scaling = result.Scaling,
        Migrations = result.Migrations,
    };
}
