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

    /// <summary>The router refused it, or too many wait already.</summary>
    Overloaded,

    /// <summary>Its deadline passed while it waited.</summary>
    DeadlineExceeded,
}
