namespace HalfFull.Metrics;

/// <summary>What was run: everything about an entry of a <see cref="RunDocument"/> that was known before it ran.</summary>
public sealed record RunSetting
{
    /// <summary>Spec of the engine scheduler.</summary>
    public required string Engine { get; init; }

    /// <summary>Spec of the router.</summary>
    public required string Router { get; init; }

    /// <summary>Spec of the engine scheduler of replicas that decode; null where replicas have no roles.</summary>
    public string? DecodeEngine { get; init; }

    /// <summary>Spec of the router among replicas that decode; null where replicas have no roles.</summary>
    public string? DecodeRouter { get; init; }

    /// <summary>Tokens that a replica which decodes keeps free for each sequence; null where replicas have no roles.</summary>
    public int? DecodeHeadroomTokens { get; init; }

    /// <summary>Number of replicas.</summary>
    public required int Replicas { get; init; }

    /// <summary>The fleet as GPU and number, such as <c>a100:4</c>.</summary>
    public required string Fleet { get; init; }

    /// <summary>The GPU.</summary>
    public required string Gpu { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>GPUs that share one replica (tensor parallelism).</summary>
    public required int Tp { get; init; }

    /// <summary>Where the step times come from: <c>fitted</c>, <c>predicted</c> or the file of the user's own model; joined by <c>+</c> in a mixed fleet.</summary>
    public required string StepModel { get; init; }

    /// <summary>Overhead profile; null when the step model includes it.</summary>
    public required string? Overhead { get; init; }

    /// <summary>KV blocks of each replica, one number for each group of the fleet.</summary>
    public required IReadOnlyList<int> KvBlocks { get; init; }

    /// <summary>Tokens in one KV block.</summary>
    public required int BlockSize { get; init; }

    /// <summary>Who told policies output lengths: <c>none</c>, <c>oracle</c>, <c>quantile:0.5</c>, …</summary>
    public required string Predict { get; init; }

    /// <summary>Where routers' prefix hits come from; null for the caches themselves.</summary>
    public string? PrefixView { get; init; }

    /// <summary>Seconds between two reports of a replica, which are all that routers see of it; null when they see it as it is.</summary>
    public double? SnapshotAgeSeconds { get; init; }

    /// <summary>Independent gateways; null for one.</summary>
    public int? Gateways { get; init; }

    /// <summary>File of what happened to the fleet meanwhile; null for nothing.</summary>
    public string? Scenario { get; init; }

    /// <summary>Spec of the autoscaler; null without one.</summary>
    public string? Autoscale { get; init; }

    /// <summary>Spec of the migrator; null without one.</summary>
    public string? Migrate { get; init; }

    /// <summary>Bandwidth at which KV moves between replicas, bytes per second of one GPU's link; null where none moves.</summary>
    public double? KvBytesPerSecond { get; init; }

    /// <summary>Seconds that each move of KV takes whatever its size; null where none moves.</summary>
    public double? KvLatencySeconds { get; init; }

    /// <summary>By how much the trace's arrival rate was multiplied.</summary>
    public required double RateScale { get; init; }

    /// <summary>Arrival rate over capacity; null when the capacity was not measured.</summary>
    public double? Load { get; init; }

    /// <summary>Measured capacity; null when it was not measured.</summary>
    public double? CapacityRequestsPerSecond { get; init; }

    /// <summary>Seed of the run.</summary>
    public required long Seed { get; init; }
}
