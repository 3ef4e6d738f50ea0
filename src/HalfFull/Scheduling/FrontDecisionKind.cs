namespace HalfFull.Scheduling;

/// <summary>What a front scheduler decided.</summary>
public enum FrontDecisionKind
{
    /// <summary>Nothing goes now.</summary>
    Hold,

    /// <summary>A request goes to a replica.</summary>
    Release,

    /// <summary>The router refuses a request.</summary>
    Reject,

    /// <summary>The deadline of a request has passed.</summary>
    Expire,
}
