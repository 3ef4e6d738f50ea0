namespace HalfFull.Gateway.Replicas;

/// <summary>What a replica's metrics said. What they did not say is null, never 0.</summary>
public sealed record EngineReport
{
    /// <summary>Requests waiting.</summary>
    public int? Waiting { get; init; }

    /// <summary>Requests running.</summary>
    public int? Running { get; init; }

    /// <summary>Share of KV memory in use, 0 to 1.</summary>
    public double? KvUsage { get; init; }

    /// <summary>KV tokens that fit.</summary>
    public long? KvCapacityTokens { get; init; }

    /// <summary>Output tokens since the engine started: a decrease tells of a restart.</summary>
    public double? GenerationTokens { get; init; }

    /// <summary>Prompt tokens since the engine started.</summary>
    public double? PromptTokens { get; init; }

    /// <summary>Prompt tokens found in the prefix cache since the engine started.</summary>
    public double? CachedTokens { get; init; }

    /// <summary>Seconds that prompts took until their first tokens, summed over requests, since the engine started.</summary>
    public double? PrefillSeconds { get; init; }

    /// <summary>Requests in that sum; null where it is the engine's working time and no sum over requests.</summary>
    public double? FirstTokens { get; init; }

    /// <summary>Seconds between output tokens, summed, since the engine started.</summary>
    public double? GapSeconds { get; init; }

    /// <summary>Gaps in that sum.</summary>
    public double? Gaps { get; init; }

    /// <summary>Start time of the process, seconds: a change tells of a restart.</summary>
    public double? StartTime { get; init; }

    /// <summary>Software whose names they are.</summary>
    public ReplicaFlavour Flavour { get; init; }

    /// <summary>Whether anything about load was said.</summary>
    public bool IsKnown => Waiting is not null || Running is not null || KvUsage is not null;
}
