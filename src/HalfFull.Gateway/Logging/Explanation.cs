using HalfFull.Traces.Decisions;

namespace HalfFull.Gateway.Logging;

/// <summary>Why a request went where it went. Times are on the clock of the gateway's run.</summary>
public sealed record Explanation
{
    /// <summary>The request.</summary>
    public required long Id { get; init; }

    /// <summary>When it arrived.</summary>
    public required TimeSpan Arrival { get; init; }

    /// <summary>Prompt tokens as estimated when it arrived.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Its output limit, tokens.</summary>
    public required int MaxOutputTokens { get; init; }

    /// <summary>Its tenant; null when unknown.</summary>
    public string? Tenant { get; init; }

    /// <summary>Its priority: higher is more urgent.</summary>
    public int Priority { get; init; }

    /// <summary>Where it stood in the queue, and why it was held, whenever that changed.</summary>
    public IReadOnlyList<QueueSample> Queue { get; init; } = [];

    /// <summary>The decisions about it, the first one first.</summary>
    public IReadOnlyList<ExplainedDecision> Decisions { get; init; } = [];

    /// <summary>How it ended; null while it is open.</summary>
    public FinishedRequest? Finished { get; init; }
}
