namespace HalfFull.Metrics;

/// <summary>What one run did, from its records. Latencies are of completed requests only; all figures are 0 when none completed.</summary>
public sealed record Summary
{
    /// <summary>Requests that arrived.</summary>
    public required long Requests { get; init; }

    /// <summary>Requests whose every token was delivered.</summary>
    public required long Completed { get; init; }

    /// <summary>Requests refused at the door.</summary>
    public required long Rejected { get; init; }

    /// <summary>Requests accepted and not finished.</summary>
    public required long Failed { get; init; }

    /// <summary>Times that any request lost its KV blocks.</summary>
    public required long Preemptions { get; init; }

    /// <summary>First arrival to last finish.</summary>
    public required TimeSpan Makespan { get; init; }

    /// <summary>Completed requests per second of makespan.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>Output tokens of completed requests per second of makespan.</summary>
    public required double OutputTokensPerSecond { get; init; }

    /// <summary>Time to first token.</summary>
    public required Distribution TtftSeconds { get; init; }

    /// <summary>Time per output token after the first; requests of at least two output tokens.</summary>
    public required Distribution TpotSeconds { get; init; }

    /// <summary>Gap between consecutive tokens, weighted by tokens; quantiles within 0.4%.</summary>
    public required Distribution ItlSeconds { get; init; }

    /// <summary>Arrival to last token.</summary>
    public required Distribution E2ESeconds { get; init; }

    /// <summary>Arrival to first scheduled token.</summary>
    public required Distribution QueueSeconds { get; init; }

    /// <summary>End to end over the same alone on an idle replica; to 6 decimals.</summary>
    public required Distribution Slowdown { get; init; }

    /// <summary>Share of arrived requests that met every bound of the SLO.</summary>
    public required double SloAttainment { get; init; }

    /// <summary>Requests that met every bound of the SLO, per second of makespan.</summary>
    public required double GoodputRequestsPerSecond { get; init; }
}
