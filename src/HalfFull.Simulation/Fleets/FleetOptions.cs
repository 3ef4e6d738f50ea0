using HalfFull.Engine;
using HalfFull.Engine.StepTime;

namespace HalfFull.Simulation.Fleets;

/// <summary>What all replicas of a fleet have in common.</summary>
public sealed record FleetOptions
{
    /// <summary>The model served.</summary>
    public string Model { get; init; } = "llama-3-8b";

    /// <summary>GPUs that share one replica (tensor parallelism).</summary>
    public int Tp { get; init; } = 1;

    /// <summary>Name of the overhead profile.</summary>
    public string Overhead { get; init; } = StepModelCatalog.DefaultOverhead;

    /// <summary>A user's own step model in place of the catalogue's; null for none.</summary>
    public string? StepModelFile { get; init; }

    /// <summary>KV blocks of each replica; null for what the step model says.</summary>
    public int? KvBlocks { get; init; }

    /// <inheritdoc cref="EngineLimits.BlockSize"/>
    public int BlockSize { get; init; } = 16;

    /// <inheritdoc cref="EngineLimits.TokenBudget"/>
    public int TokenBudget { get; init; } = 2048;

    /// <inheritdoc cref="EngineLimits.MaxSequences"/>
    public int MaxSequences { get; init; } = 256;

    /// <inheritdoc cref="EngineLimits.MaxModelLength"/>
    public int? MaxModelLength { get; init; }

    /// <summary>Bandwidth at which KV moves from one replica to another, bytes per second of one GPU's link.</summary>
    public double KvBytesPerSecond { get; init; } = KvTransferTime.DefaultBytesPerSecond;

    /// <summary>What each transfer of KV takes whatever its size.</summary>
    public TimeSpan KvLatency { get; init; } = KvTransferTime.DefaultLatency;
}
