namespace HalfFull.Simulation.Gateways;

/// <summary>What a gateway did with a request.</summary>
internal enum DoorAnswer
{
    /// <summary>It was sent to a replica.</summary>
    Sent,

    /// <summary>It waits at the gateway.</summary>
    Held,

    /// <summary>It was refused by the router, or because it fits no replica.</summary>
    Rejected,

    /// <summary>It would fit, but no replica that takes requests is there.</summary>
    Unavailable,
}
