using System.Runtime.InteropServices;

namespace HalfFull.Traces.Decisions;

/// <summary>How a request ended for its client. Times are on the clock of <see cref="Request.Arrival"/>.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FinishedRequest
{
    /// <summary>The request.</summary>
    public required long Id { get; init; }

    /// <summary>When it ended.</summary>
    public required TimeSpan End { get; init; }

    /// <summary>How it ended.</summary>
    public required RequestEnding Ending { get; init; }

    /// <summary>HTTP status of the answer; 499 when the client left.</summary>
    public int Status { get; init; }

    /// <summary>Replica of the last attempt; -1 when there was none.</summary>
    public int Replica { get; init; }

    /// <summary>Attempts made.</summary>
    public int Attempts { get; init; }

    /// <summary>When the last attempt was sent; null when none was.</summary>
    public TimeSpan? Sent { get; init; }

    /// <summary>When its first token came back; null when none was seen.</summary>
    public TimeSpan? FirstToken { get; init; }

    /// <summary>Prompt tokens as the replica told; null when it did not.</summary>
    public int? PromptTokens { get; init; }

    /// <summary>Output tokens, as the replica told, else as counted.</summary>
    public int OutputTokens { get; init; }
}
