using HalfFull.Metrics;
using HalfFull.Simulation.Handovers;

namespace HalfFull.Simulation;

/// <summary>What a simulation did, beyond the records that it handed out.</summary>
public sealed record SimulationResult
{
    /// <summary>Steps of all replicas.</summary>
    public required long Steps { get; init; }

    /// <summary>Preemptions of all replicas.</summary>
    public required long Preemptions { get; init; }

    /// <summary>Tokens computed a second time after preemptions.</summary>
    public required long RecomputedTokens { get; init; }

    /// <summary>Why the first request that fits no replica was refused, as one sentence; null when all fitted.</summary>
    public string? FirstRefusal { get; init; }

    /// <summary>What the router has learned, as names and numbers; empty when it learns nothing.</summary>
    public IReadOnlyList<LearnedFigure> RouterLearned { get; init; } = [];

    /// <summary>What went from replicas that prefill to those that decode; null where replicas have no roles.</summary>
    public HandoverTotals? Handovers { get; init; }

    /// <summary>What the autoscaler did; null without one.</summary>
    public ScalingFigures? Scaling { get; init; }

    /// <summary>What was moved between replicas; null where nobody moves anything.</summary>
    public MigrationFigures? Migrations { get; init; }

    /// <summary>First arrival to last finish.</summary>
    public required TimeSpan Makespan { get; init; }

    /// <summary>Time-weighted share of KV blocks in use over the makespan, averaged over replicas; with an autoscaler, over the time that they cost.</summary>
    public required double KvUsageMean { get; init; }

    /// <summary>Busiest replica's busy time over the mean (of those that ever lived, with an autoscaler); 1 when nobody was busy.</summary>
    public required double Imbalance { get; init; }

    /// <summary>Hash of every router decision and every step plan, in order.</summary>
    public required ulong DecisionHash { get; init; }

    /// <summary>Gaps between consecutive tokens of a request.</summary>
    public required LogHistogram TokenGaps { get; init; }

    /// <summary>Wall-clock time of the simulation loop; the only figure that differs from run to run.</summary>
    public required TimeSpan Wall { get; init; }
}
