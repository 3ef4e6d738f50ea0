namespace HalfFull.Metrics;

/// <summary>What happened to one request; every host emits these. Times share the clock of <see cref="Request.Arrival"/>.</summary>
/// <param name="Id">The request's id.</param>
/// <param name="Arrival">When it arrived.</param>
/// <param name="FirstScheduled">Start of the first step that computed one of its tokens.</param>
/// <param name="FirstToken">End of the step that produced its first output token.</param>
/// <param name="Finish">End of the step that produced its last output token; for a rejected request, when it was refused: its arrival, unless it was held before.</param>
/// <param name="PromptTokens">Input tokens.</param>
/// <param name="CachedTokens">Prompt tokens found in the prefix cache at first admission.</param>
/// <param name="OutputTokens">Tokens generated.</param>
/// <param name="Preemptions">Times it lost its KV blocks.</param>
/// <param name="Replica">Index of the replica that served it; -1 when none did.</param>
/// <param name="Tenant">Its tenant; null when unknown.</param>
/// <param name="Outcome">How it ended.</param>
public readonly record struct RequestRecord(
    long Id,
    TimeSpan Arrival,
    TimeSpan FirstScheduled,
    TimeSpan FirstToken,
    TimeSpan Finish,
    int PromptTokens,
    int CachedTokens,
    int OutputTokens,
    int Preemptions,
    int Replica,
    string? Tenant,
    Outcome Outcome)
{
    /// <summary>Index of the replica that prefilled it, where another one decoded it; null where one did both.</summary>
    public int? PrefillReplica { get; init; }

    /// <summary>Between the two replicas: from its first token until its KV had arrived where it was decoded.</summary>
    public TimeSpan Handover { get; init; }

    /// <summary>Times it was moved to another replica while it was decoded.</summary>
    public int Migrations { get; init; }

    /// <summary>Arrival to first scheduled token.</summary>
    public TimeSpan Queue => FirstScheduled - Arrival;

    /// <summary>Time to first token, from arrival.</summary>
    public TimeSpan Ttft => FirstToken - Arrival;

    /// <summary>End to end: arrival to last token.</summary>
    public TimeSpan E2E => Finish - Arrival;

    /// <summary>Mean time per output token after the first; null when there is only one.</summary>
    public TimeSpan? Tpot => OutputTokens > 1 ? (Finish - FirstToken) / (OutputTokens - 1) : null;
}
