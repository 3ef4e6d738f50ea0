namespace HalfFull.Metrics;

/// <summary>What only the host of a run can count, next to the <see cref="Summary"/> of its records.</summary>
/// <param name="RecomputedTokens">Tokens computed again after preemptions.</param>
/// <param name="KvUsageMean">Share of KV blocks in use, mean over time and replicas.</param>
/// <param name="Imbalance">The busiest replica's busy time over the mean.</param>
/// <param name="Steps">Forward passes over all replicas.</param>
/// <param name="WallSeconds">Real time that the simulation loop took.</param>
/// <param name="DecisionHash">Digest of every decision in order.</param>
public sealed record RunTotals(
    long RecomputedTokens,
    double KvUsageMean,
    double Imbalance,
    long Steps,
    double WallSeconds,
    string DecisionHash)
{
    /// <summary>What the router has learned; empty when it learns nothing.</summary>
    public IReadOnlyList<LearnedFigure> RouterLearned { get; init; } = [];

    /// <summary>KV that went from replica to replica; null where each keeps its own.</summary>
    public HandoverFigures? Handovers { get; init; }

    /// <summary>What the autoscaler did; null without one.</summary>
    public ScalingFigures? Scaling { get; init; }

    /// <summary>What was moved between replicas; null where nobody moves anything.</summary>
    public MigrationFigures? Migrations { get; init; }
}
