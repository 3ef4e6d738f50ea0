namespace HalfFull.Engine.Hosting;

/// <summary>What an engine loop holds and has done, as of its last step boundary.</summary>
public sealed record EngineStats
{
    /// <summary>Requests waiting.</summary>
    public int Waiting { get; init; }

    /// <summary>Requests running.</summary>
    public int Running { get; init; }

    /// <summary>KV tokens in use.</summary>
    public long KvTokensInUse { get; init; }

    /// <summary>Prompt tokens of requests that got their first token.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Prompt tokens of those found in the prefix cache.</summary>
    public long CachedTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Requests that got their first token.</summary>
    public long FirstTokens { get; init; }

    /// <summary>Sum of their times to first token, from when they were handed in.</summary>
    public TimeSpan FirstTokenTime { get; init; }

    /// <summary>Gaps between output tokens.</summary>
    public long Gaps { get; init; }

    /// <summary>Their sum.</summary>
    public TimeSpan GapTime { get; init; }

    /// <summary>Preemptions.</summary>
    public long Preemptions { get; init; }

    /// <summary>Requests that got all their tokens.</summary>
    public long Completed { get; init; }

    /// <summary>Requests that were aborted.</summary>
    public long Aborted { get; init; }

    /// <summary>Steps begun.</summary>
    public long Steps { get; init; }
}
