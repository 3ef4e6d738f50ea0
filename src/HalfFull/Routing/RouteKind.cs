namespace HalfFull.Routing;

/// <summary>What a router decided.</summary>
public enum RouteKind
{
    /// <summary>Send it to a replica.</summary>
    Route,

    /// <summary>Keep it in the host's queue and ask again later.</summary>
    Hold,

    /// <summary>Refuse it.</summary>
    Reject,
}
