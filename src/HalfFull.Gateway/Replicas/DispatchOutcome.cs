namespace HalfFull.Gateway.Replicas;

/// <summary>How an attempt ended.</summary>
public enum DispatchOutcome
{
    /// <summary>The replica answered in full.</summary>
    Completed,

    /// <summary>The replica refused it, as it should have: too long, too many, not known.</summary>
    Refused,

    /// <summary>The replica failed: no connection, a server error, or an answer cut short.</summary>
    Failed,

    /// <summary>The client left, or the gateway stops: it tells nothing of the replica.</summary>
    Cancelled,
}
