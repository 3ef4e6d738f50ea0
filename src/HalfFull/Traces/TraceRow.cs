namespace HalfFull.Traces;

/// <summary>One recorded request of a trace.</summary>
/// <param name="Arrival">Time since the trace's first arrival.</param>
/// <param name="PromptTokens">Input tokens, at least 1.</param>
/// <param name="OutputTokens">Generated tokens, at least 1.</param>
public readonly record struct TraceRow(TimeSpan Arrival, int PromptTokens, int OutputTokens)
{
    /// <summary>The client's own limit on generated tokens; null when the trace has none.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Who pays for the request; null when unknown.</summary>
    public string? Tenant { get; init; }

    /// <summary>Urgency: higher is more urgent; 0 is ordinary.</summary>
    public int Priority { get; init; }

    /// <summary>Conversation that the request belongs to; null when unknown.</summary>
    public string? Session { get; init; }

    /// <summary>Agent program that the request belongs to; null when unknown.</summary>
    public string? Program { get; init; }

    /// <summary>Chained ids of the prompt's leading units of <see cref="PrefixUnitTokens"/> tokens; empty when unknown.</summary>
    public ReadOnlyMemory<long> PrefixHashes { get; init; }

    /// <summary>Tokens that one prefix hash stands for; 0 when there are none.</summary>
    public int PrefixUnitTokens { get; init; }
}
