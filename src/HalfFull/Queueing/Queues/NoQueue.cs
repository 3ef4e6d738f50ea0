using HalfFull.Policies;

namespace HalfFull.Queueing.Queues;

/// <summary>Nobody is held: what a gateway without a queue does.</summary>
[Policy("none", "No queue: each request is sent at once, whatever waits there; order is then the engines' own, and a wrong choice of replica cannot be taken back.")]
public sealed class NoQueue : IQueuePolicy, IStateless
{
    /// <inheritdoc/>
    public IQueueOrder Order => ArrivalOrder.Instance;

    /// <inheritdoc/>
    public bool Holds => false;
}
