namespace HalfFull.Routing;

/// <summary>Whether a replica takes new requests. Hosts show routers only the ones that do.</summary>
public enum ReplicaState
{
    /// <summary>It takes requests.</summary>
    Ready,

    /// <summary>It has just started: its caches are cold and its rates are guesses.</summary>
    Warming,

    /// <summary>It finishes what it has and takes nothing new.</summary>
    Draining,

    /// <summary>It does not answer.</summary>
    Down,
}
