using HalfFull.Engine;
using HalfFull.Engine.StepTime;

namespace HalfFull.Simulation.Gateways;

/// <summary>The replicas of a run by number, and which of them take requests. Numbers are never used again.</summary>
internal sealed class FleetState
{
    private readonly Replica?[] replicas;
    private readonly bool[] takes;
    private readonly bool[] retiring;
    private readonly bool[] lived;
    private readonly long[] epochs;

    /// <summary>Nobody has started.</summary>
    /// <param name="specs">Every replica that the run will ever have.</param>
    internal FleetState(IReadOnlyList<ReplicaSpec> specs)
    {
        Specs = specs;
        replicas = new Replica?[specs.Count];
        takes = new bool[specs.Count];
        retiring = new bool[specs.Count];
        lived = new bool[specs.Count];
        epochs = new long[specs.Count];
        StepTimes = [.. specs.Select(static spec => spec.StepTime)];
    }

    /// <summary>Every replica that the run will ever have.</summary>
    internal IReadOnlyList<ReplicaSpec> Specs { get; }

    /// <summary>The replicas that live, by number; null where none does.</summary>
    internal IReadOnlyList<Replica?> Replicas => replicas;

    /// <summary>How long the steps of each take at present.</summary>
    internal IStepTimeModel[] StepTimes { get; }

    /// <summary>How many there are, living or not.</summary>
    internal int Count => replicas.Length;

    /// <summary>The replica of a number, which lives.</summary>
    internal Replica this[int replica] => replicas[replica]!;

    /// <summary>Whether it takes new requests.</summary>
    internal bool Takes(int replica) => takes[replica] && !retiring[replica];

    /// <summary>Whether an autoscaler lets it finish what it has, to stop it then.</summary>
    internal bool IsRetiring(int replica) => retiring[replica];

    /// <summary>Whether it has ever lived.</summary>
    internal bool HasLived(int replica) => lived[replica];

    /// <summary>How often it has restarted.</summary>
    internal long Epoch(int replica) => epochs[replica];

    /// <summary>A replica starts to live.</summary>
    internal void Start(Replica replica, bool restarted)
    {
        replicas[replica.Id] = replica;
        epochs[replica.Id] += restarted ? 1 : 0;
        takes[replica.Id] = true;
        lived[replica.Id] = true;
    }

    /// <summary>A replica has died.</summary>
    internal void Stop(int replica)
    {
        replicas[replica] = null;
        takes[replica] = false;
        retiring[replica] = false;
    }

    /// <summary>Opens or closes a living replica for new requests.</summary>
    internal void Open(int replica, bool open) => takes[replica] = open && replicas[replica] is not null;

    /// <summary>Closes a living replica until it is stopped, whatever else opens it, or takes that back.</summary>
    internal void Retire(int replica, bool retire) => retiring[replica] = retire;
}
