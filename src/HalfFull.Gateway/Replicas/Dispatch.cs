namespace HalfFull.Gateway.Replicas;

/// <summary>One attempt of one request on the replica chosen for it.</summary>
public sealed class Dispatch
{
    internal Dispatch(RemoteReplica replica, Lease lease, bool isProbe)
    {
        Replica = replica;
        Endpoints = replica.Endpoints;
        Lease = lease;
        IsProbe = isProbe;
    }

    /// <summary>The replica.</summary>
    public RemoteReplica Replica { get; }

    /// <summary>Its addresses at the time of the decision.</summary>
    internal ReplicaEndpoints Endpoints { get; }

    /// <summary>What is reserved for it.</summary>
    public Lease Lease { get; }

    /// <summary>Whether it probes a replica whose breaker is half open.</summary>
    public bool IsProbe { get; }
}
