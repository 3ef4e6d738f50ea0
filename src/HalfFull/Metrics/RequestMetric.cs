namespace HalfFull.Metrics;

/// <summary>A figure that each request has of its own, so that two runs of one trace can be compared request by request.</summary>
public enum RequestMetric
{
    /// <summary>Time to first token of a completed request, ticks.</summary>
    Ttft,

    /// <summary>Time per output token after the first, ticks; completed requests of at least two output tokens.</summary>
    Tpot,

    /// <summary>Arrival to last token of a completed request, ticks.</summary>
    E2E,

    /// <summary>Arrival to first scheduled token of a completed request, ticks.</summary>
    Queue,

    /// <summary>End to end over the same alone on an idle replica, in millionths; completed requests.</summary>
    Slowdown,

    /// <summary>1 when an arrived request met the SLO, 0 otherwise; its mean is the attainment.</summary>
    Attainment,
}
