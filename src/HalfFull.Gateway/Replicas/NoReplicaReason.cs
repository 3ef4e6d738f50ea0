namespace HalfFull.Gateway.Replicas;

/// <summary>Why no replica can take a request.</summary>
public enum NoReplicaReason
{
    /// <summary>None serves the model.</summary>
    UnknownModel,

    /// <summary>None that serves it is healthy.</summary>
    NoneHealthy,

    /// <summary>It is larger than the memory of every one.</summary>
    TooLarge,

    /// <summary>The router refused it, or would keep it waiting.</summary>
    Overloaded,
}
