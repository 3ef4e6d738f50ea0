using HalfFull.Load.OpenAi;
using HalfFull.Metrics;

namespace HalfFull.Load.Records;

/// <summary>What the client saw of one request. Times are since the start of the run; null for what did not happen.</summary>
public readonly record struct LoadRecord
{
    /// <summary>Its place in the order of sending, from 0.</summary>
    public required long Id { get; init; }

    /// <summary>Its place among the measured requests, from 0; -1 when it was scheduled in the warm-up or cool-down.</summary>
    public required long MeasuredId { get; init; }

    /// <summary>When it was due.</summary>
    public required TimeSpan Scheduled { get; init; }

    /// <summary>When it was given to the transport.</summary>
    public required TimeSpan Sent { get; init; }

    /// <summary>When the head of the response had arrived.</summary>
    public TimeSpan? FirstByte { get; init; }

    /// <summary>When the first event with generated text arrived; never in a unary call.</summary>
    public TimeSpan? FirstToken { get; init; }

    /// <summary>When the last event with generated text arrived; the end of the body in a unary call.</summary>
    public TimeSpan? LastToken { get; init; }

    /// <summary>When the response, or the attempt, was over.</summary>
    public required TimeSpan End { get; init; }

    /// <summary>Prompt tokens asked for.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Events with generated text.</summary>
    public int Deltas { get; init; }

    /// <summary>Whether any generated text arrived, in one piece or many; the server's count may say otherwise.</summary>
    public bool HasText { get; init; }

    /// <summary>Longest gap between two of them.</summary>
    public TimeSpan LongestGap { get; init; }

    /// <summary>Token counts of the server; null when it sent none.</summary>
    public Usage? Usage { get; init; }

    /// <summary>Why the server stopped.</summary>
    public FinishReason FinishReason { get; init; }

    /// <summary>HTTP status; 0 when no response came.</summary>
    public int Status { get; init; }

    /// <summary>How it ended.</summary>
    public required LoadOutcome Outcome { get; init; }

    /// <summary>What went wrong, if anything.</summary>
    public ErrorClass Error { get; init; }

    /// <summary>What the error said; null when there was none.</summary>
    public string? Message { get; init; }

    /// <summary>Whether its client read slowly, which keeps it out of latency figures.</summary>
    public bool IsSlowReader { get; init; }

    /// <summary>Its turn in a conversation, from 0.</summary>
    public int Turn { get; init; }

    /// <summary>Its tenant; null when unknown.</summary>
    public string? Tenant { get; init; }

    /// <summary>How late the generator was.</summary>
    public TimeSpan Lateness => Sent - Scheduled;

    /// <summary>Generated tokens: as the server counts them, else the number of events that had some.</summary>
    public int OutputTokens => Usage is { CompletionTokens: > 0 } counted ? counted.CompletionTokens : Deltas;

    /// <summary>Time to first token, from the scheduled time.</summary>
    public TimeSpan? Ttft => FirstToken - Scheduled;

    /// <summary>Time to first token, from the actual send.</summary>
    public TimeSpan? TtftFromSend => FirstToken - Sent;

    /// <summary>From the scheduled time to the last token; to the end when there was no token.</summary>
    public TimeSpan E2E => (LastToken ?? End) - Scheduled;

    /// <summary>From the actual send to the last token.</summary>
    public TimeSpan E2EFromSend => (LastToken ?? End) - Sent;

    /// <summary>Mean time per output token after the first; null when there is only one or when the response was unary.</summary>
    public TimeSpan? Tpot => OutputTokens > 1 && FirstToken is { } first && LastToken is { } last ? (last - first) / (OutputTokens - 1) : null;

    /// <summary>End to end over output tokens; null when there are none.</summary>
    public TimeSpan? Normalized => OutputTokens > 0 ? E2E / OutputTokens : null;

    /// <summary>Whether it was scheduled in the measured window.</summary>
    public bool IsMeasured => MeasuredId >= 0;

    /// <summary>Whether it met every bound: it completed, and a bound on the first token is met only by a first token.</summary>
    public bool Meets(Slo slo)
    {
        ArgumentNullException.ThrowIfNull(slo);
        return Outcome == LoadOutcome.Completed
            && (slo.Ttft is not { } ttft || Ttft <= ttft)
            && (slo.Tpot is not { } tpot || Tpot is not { } actual || actual <= tpot)
            && (slo.E2E is not { } e2e || E2E <= e2e);
    }
}
