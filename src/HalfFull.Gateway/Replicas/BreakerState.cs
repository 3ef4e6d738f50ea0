namespace HalfFull.Gateway.Replicas;

/// <summary>State of a circuit breaker.</summary>
public enum BreakerState
{
    /// <summary>Requests pass.</summary>
    Closed,

    /// <summary>No request passes.</summary>
    Open,

    /// <summary>One request passes, to find out.</summary>
    HalfOpen,
}
