using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Prediction;
using HalfFull.Simulation.Fleets;
using HalfFull.Simulation.Scaling;
using HalfFull.Simulation.Scenarios;

namespace HalfFull.Simulation.Runs;

/// <summary>One run: policies, fleet, traffic and seed.</summary>
public sealed record RunPlan
{
    /// <summary>Engine scheduler.</summary>
    public required PolicySpec Engine { get; init; }

    /// <summary>Router.</summary>
    public required PolicySpec Router { get; init; }

    /// <inheritdoc cref="SimulationSetup.DecodeEngine"/>
    public PolicySpec? DecodeEngine { get; init; }

    /// <inheritdoc cref="SimulationSetup.DecodeRouter"/>
    public PolicySpec? DecodeRouter { get; init; }

    /// <inheritdoc cref="SimulationSetup.DecodeHeadroom"/>
    public int DecodeHeadroom { get; init; } = SimulationSetup.DefaultDecodeHeadroom;

    /// <summary>The fleet.</summary>
    public required Fleet Fleet { get; init; }

    /// <summary>The traffic and its load on the fleet.</summary>
    public required Traffic Traffic { get; init; }

    /// <summary>Seed of the policies' draws.</summary>
    public ulong Seed { get; init; } = 1;

    /// <inheritdoc cref="SimulationSetup.Predictor"/>
    public PredictorSpec Predictor { get; init; } = PredictorSpec.None;

    /// <inheritdoc cref="SimulationSetup.PrefixHits"/>
    public PrefixSource PrefixHits { get; init; }

    /// <inheritdoc cref="SimulationSetup.SnapshotAge"/>
    public TimeSpan SnapshotAge { get; init; }

    /// <inheritdoc cref="SimulationSetup.Gateways"/>
    public int Gateways { get; init; } = 1;

    /// <inheritdoc cref="SimulationSetup.Scenario"/>
    public Scenario? Scenario { get; init; }

    /// <inheritdoc cref="SimulationSetup.Autoscale"/>
    public PolicySpec? Autoscale { get; init; }

    /// <inheritdoc cref="SimulationSetup.Migrate"/>
    public PolicySpec? Migrate { get; init; }

    /// <summary>Whether KV moves from one replica to another.</summary>
    public bool MovesKv => Fleet.Spec.IsSplit || Migrate is not null;

    /// <summary>Every replica that the run will ever have, by number: the fleet's, those that the scenario adds, and places for those that the autoscaler starts.</summary>
    public IReadOnlyList<ReplicaSpec> AllReplicas =>
        ScaledFleet.Specs(Scenario?.Specs(Fleet.Replicas) ?? Fleet.Replicas, Fleet.Replicas.Count, Autoscale);

    /// <summary>The time of a request alone on this fleet.</summary>
    public IsolatedTime IsolatedTime => new(AllReplicas, Fleet.KvTransfer);

    /// <inheritdoc cref="SimulationSetup.FastForward"/>
    public bool FastForward { get; init; } = true;

    /// <summary>Bounds for attainment and goodput.</summary>
    public Slo Slo { get; init; } = Slo.None;
}
