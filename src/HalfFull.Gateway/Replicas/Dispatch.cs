namespace HalfFull.Gateway.Replicas;

/// <summary>One attempt of one request on the replica chosen for it.</summary>
public sealed class Dispatch
{
    internal Dispatch(RemoteReplica replica, Lease lease, bool isProbe)
    {
        Replica = replica;
        Address = replica.Address;
        Lease = lease;
        IsProbe = isProbe;
    }

    /// <summary>The replica.</summary>
    public RemoteReplica Replica { get; }

    /// <summary>Its address at the time of the decision.</summary>
    public Uri Address { get; }

    /// <summary>What is reserved for it.</summary>
    public Lease Lease { get; }

    /// <summary>Whether it probes a replica whose breaker is half open.</summary>
    public bool IsProbe { get; }
}
