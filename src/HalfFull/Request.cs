namespace HalfFull;

/// <summary>One inference call as a policy may see it. The true output length is not here: it is in <see cref="Job"/>.</summary>
/// <param name="Id">Unique within one run.</param>
/// <param name="Arrival">Time of arrival since the start of the run.</param>
/// <param name="PromptTokens">Input tokens, at least 1.</param>
/// <param name="MaxOutputTokens">The client's or the server's limit on generated tokens, at least 1.</param>
public sealed record Request(long Id, TimeSpan Arrival, int PromptTokens, int MaxOutputTokens)
{
    /// <summary>Predicted output tokens, filled by the host when a predictor is in use; null when nobody predicts.</summary>
    public int? PredictedOutputTokens { get; init; }

    /// <summary>Who pays for the request; null when unknown.</summary>
    public string? Tenant { get; init; }

    /// <summary>Urgency: higher is more urgent; 0 is ordinary. Adapters convert other polarities.</summary>
    public int Priority { get; init; }

    /// <summary>Conversation that the request belongs to; null when unknown.</summary>
    public string? Session { get; init; }

    /// <summary>Agent program (a set of dependent calls) that the request belongs to; null when unknown.</summary>
    public string? Program { get; init; }

    /// <summary>When the request must be answered, on the same clock as <see cref="Arrival"/>; null when it has no deadline.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>
    /// Chained ids of the prompt's leading units of <see cref="PrefixUnitTokens"/> tokens: equal leading ids mean an equal prefix.
    /// Empty when unknown.
    /// </summary>
    public ReadOnlyMemory<long> PrefixHashes { get; init; }

    /// <summary>Tokens that one prefix hash stands for; 0 when there are none.</summary>
    public int PrefixUnitTokens { get; init; }
}
