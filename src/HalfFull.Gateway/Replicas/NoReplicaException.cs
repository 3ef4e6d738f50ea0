namespace HalfFull.Gateway.Replicas;

/// <summary>No replica can take a request now.</summary>
public sealed class NoReplicaException : Exception
{
    /// <param name="reason">Why.</param>
    /// <param name="message">One sentence for the client.</param>
    /// <param name="retryAfter">When it is worth trying again; null when it is not.</param>
    public NoReplicaException(NoReplicaReason reason, string message, TimeSpan? retryAfter = null)
        : base(message)
    {
        Reason = reason;
        RetryAfter = retryAfter;
    }

    /// <summary>Why.</summary>
    public NoReplicaReason Reason { get; }

    /// <summary>When it is worth trying again; null when it is not.</summary>
    public TimeSpan? RetryAfter { get; }
}
