namespace HalfFull.Gateway.Replicas;

/// <summary>Where a reserved request is. Phases only advance.</summary>
public enum LeasePhase
{
    /// <summary>Sent; no token has come back: it counts as queued prefill.</summary>
    Sent,

    /// <summary>Its first token has come back.</summary>
    Streaming,

    /// <summary>Released; nothing of it counts any more.</summary>
    Released,
}
