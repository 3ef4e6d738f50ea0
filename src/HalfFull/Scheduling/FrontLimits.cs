namespace HalfFull.Scheduling;

/// <summary>When a replica has room, and how long a queue may become.</summary>
public sealed record FrontLimits
{
    /// <summary>
    /// Prefill tokens not yet computed from which on a replica gets no more: a step of 2,048 at work and another queued. What a step computes counts here until its first tokens come
    /// back, when the next step has begun: with one step's worth every second step would find nothing to prefill. More lets short requests wait behind long ones inside the engine.
    /// </summary>
    public long MostUnstartedTokens { get; init; } = 4096;

    /// <summary>The same as a time, for replicas so fast that it is more tokens by their learned rate.</summary>
    public TimeSpan MostUnstartedTime { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Requests not yet started from which on a replica gets no more.</summary>
    public int MostUnstartedRequests { get; init; } = 64;

    /// <summary>Requests on a replica that reports nothing from which on it gets no more.</summary>
    public int MostRequests { get; init; } = 256;

    /// <summary>Requests waiting above which a newcomer that cannot go at once is refused.</summary>
    public int MostWaiting { get; init; } = 10_000;

    /// <summary>Estimated wait of the last in the queue above which a newcomer that cannot go at once is refused.</summary>
    public TimeSpan MostWait { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Prefill tokens per second of the whole fleet for which the bound of waiting is stated; null: half of what was learned.</summary>
    public double? StatedTokensPerSecond { get; init; }
}
