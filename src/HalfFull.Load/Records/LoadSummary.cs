using HalfFull.Metrics;

namespace HalfFull.Load.Records;

/// <summary>
/// What a run measured. Everything is of the requests scheduled in the measured window; latencies are of completed ones, from the
/// scheduled time unless the name says otherwise, and 0 when none completed.
/// </summary>
public sealed record LoadSummary
{
    /// <summary>Requests sent.</summary>
    public required long Requests { get; init; }

    /// <summary>Requests whose whole answer arrived.</summary>
    public required long Completed { get; init; }

    /// <summary>Requests refused with status 429.</summary>
    public required long Rejected { get; init; }

    /// <summary>Requests with any other error.</summary>
    public required long Failed { get; init; }

    /// <summary>Requests that the client cancelled by plan.</summary>
    public required long Cancelled { get; init; }

    /// <summary>Requests in flight when the run was interrupted.</summary>
    public required long Unfinished { get; init; }

    /// <summary>Requests sent but not measured: in the warm-up or cool-down.</summary>
    public required long Excluded { get; init; }

    /// <summary>Those of them that failed.</summary>
    public required long ExcludedFailed { get; init; }

    /// <summary>Requests whose client read slowly; not in latency figures.</summary>
    public required long SlowReaders { get; init; }

    /// <summary>Completed requests without any generated text, whatever the server counted; they have no time to first token.</summary>
    public required long WithoutToken { get; init; }

    /// <summary>Failed and rejected requests by error class.</summary>
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <summary>The first message of each error class.</summary>
    public required IReadOnlyDictionary<string, string> ErrorMessages { get; init; }

    /// <summary>First scheduled time to last end, of whatever outcome.</summary>
    public required TimeSpan Makespan { get; init; }

    /// <summary>What was served in which time: the source of throughput and goodput.</summary>
    public required ServedWindow Served { get; init; }

    /// <summary>Requests completed in the served window, per second of it.</summary>
    public double RequestsPerSecond => Served.RequestsPerSecond;

    /// <summary>Output tokens of those requests, per second of the served window.</summary>
    public double OutputTokensPerSecond => Served.OutputTokensPerSecond;

    /// <summary>Output tokens of completed requests.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>Prompt tokens asked for, of requests whose prompt tokens the server counted.</summary>
    public required long PromptTokensAsked { get; init; }

    /// <summary>The same as the server counted them.</summary>
    public required long PromptTokensCounted { get; init; }

    /// <summary>Those of them that it found in its prefix cache.</summary>
    public required long CachedTokens { get; init; }

    /// <summary>Time to first token.</summary>
    public required Distribution TtftSeconds { get; init; }

    /// <summary>Time per output token after the first.</summary>
    public required Distribution TpotSeconds { get; init; }

    /// <summary>Gap between consecutive events with tokens.</summary>
    public required Distribution ItlSeconds { get; init; }

    /// <summary>Scheduled time to last token.</summary>
    public required Distribution E2ESeconds { get; init; }

    /// <summary>End to end over output tokens.</summary>
    public required Distribution NormalizedSeconds { get; init; }

    /// <summary>Time to first token from the actual send.</summary>
    public required Distribution TtftFromSendSeconds { get; init; }

    /// <summary>End to end from the actual send.</summary>
    public required Distribution E2EFromSendSeconds { get; init; }

    /// <summary>Actual send minus scheduled time, of every measured request.</summary>
    public required Distribution LatenessSeconds { get; init; }

    /// <summary>How sure the latencies are.</summary>
    public required LatencyIntervals Intervals { get; init; }

    /// <summary>The whole distributions of the latencies, for charts.</summary>
    public required LatencyCurves Curves { get; init; }

    /// <summary>Share of requests that met every bound of the SLO, of those that neither the plan nor an interruption ended and whose client read as fast as it could.</summary>
    public required double SloAttainment { get; init; }

    /// <summary>Requests completed in the served window that met every bound of the SLO, per second of it.</summary>
    public double GoodputRequestsPerSecond => Served.GoodputRequestsPerSecond;
}
