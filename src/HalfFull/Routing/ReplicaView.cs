using System.Runtime.InteropServices;

namespace HalfFull.Routing;

/// <summary>
/// What a router knows of one replica when it decides: the last report with its age, what the host itself has sent there, and slow facts.
/// What nobody knows is null, never 0.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReplicaView
{
    /// <summary>Index of the replica in the fleet; stable while it lives, unlike its place among the candidates.</summary>
    public required int Replica { get; init; }

    /// <summary>Counts restarts: what was learned of an earlier epoch is void.</summary>
    public long Epoch { get; init; }

    /// <summary>Whether it takes requests.</summary>
    public ReplicaState State { get; init; }

    /// <summary>Age of the reported figures.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>Network time to the replica and back; 0 in one machine.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Share of the traffic that it is meant to take, relative to the others; null: as much as anybody.</summary>
    public double? Weight { get; init; }

    /// <summary>Requests running, as reported.</summary>
    public int? Running { get; init; }

    /// <summary>Requests waiting in its queue, as reported.</summary>
    public int? Waiting { get; init; }

    /// <summary>Q: uncached prompt tokens queued, partial prefills included, as reported.</summary>
    public long? QueuedPrefillTokens { get; init; }

    /// <summary>K: KV tokens in use, as reported; unreferenced cached prefixes are not in use.</summary>
    public long? KvTokensInUse { get; init; }

    /// <summary>Z: KV tokens that waiting and partial prompts still need, as reported.</summary>
    public long? KvTokensQueued { get; init; }

    /// <summary>C: KV tokens that fit.</summary>
    public long? KvCapacityTokens { get; init; }

    /// <summary>R: prefill tokens per second.</summary>
    public double? PrefillTokensPerSecond { get; init; }

    /// <summary>M: KV tokens freed per second.</summary>
    public double? ReleasedTokensPerSecond { get; init; }

    /// <summary>o_mean: mean output tokens of its recent requests.</summary>
    public double? MeanOutputTokens { get; init; }

    /// <summary>Mean duration of its steps, seconds.</summary>
    public double? SecondsPerStep { get; init; }

    /// <summary>Prompt tokens of this request in its prefix cache; filled only for routers that declare the need.</summary>
    public int? CachedPromptTokens { get; init; }

    /// <summary>Requests that this host has sent there and that have not ended: exact for one host.</summary>
    public int InFlightRequests { get; init; }

    /// <summary>Prompt tokens of those requests.</summary>
    public long InFlightPromptTokens { get; init; }

    /// <summary>Those of them whose first token has come back: they decode.</summary>
    public int InFlightStreaming { get; init; }

    /// <summary>Uncached prompt tokens of those without a first token, as expected when they were sent.</summary>
    public long InFlightPrefillTokens { get; init; }

    /// <summary>Output tokens that came back for them so far; null when the host does not count them.</summary>
    public long? InFlightOutputTokens { get; init; }

    /// <summary>
    /// Own requests sent after the report was taken that have not ended; a host that counts a request in the other figures from its first token on leaves it
    /// out from then on.
    /// </summary>
    public int UnreportedRequests { get; init; }

    /// <summary>Uncached prompt tokens of those of them that have no first token yet.</summary>
    public long UnreportedPrefillTokens { get; init; }

    /// <summary>Prompt tokens of those requests.</summary>
    public long UnreportedPromptTokens { get; init; }

    /// <summary>The sequences running there, in the order of admission; filled only for routers that declare the need, by hosts that can look inside (a simulator).</summary>
    public ReadOnlyMemory<SequenceView> Sequences { get; init; }

    /// <summary>How the engine behaves, for routers that look ahead; null when nobody knows, as for any remote engine.</summary>
    public EngineModel? Engine { get; init; }
}
