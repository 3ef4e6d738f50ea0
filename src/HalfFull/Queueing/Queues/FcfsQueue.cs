using HalfFull.Policies;

namespace HalfFull.Queueing.Queues;

/// <summary>First come, first served.</summary>
[Policy("fcfs", "First come, first served; nobody is overtaken, but one long prompt makes every short one behind it wait.")]
public sealed class FcfsQueue : IQueuePolicy, IStateless
{
    /// <inheritdoc/>
    public IQueueOrder Order => ArrivalOrder.Instance;

    /// <inheritdoc/>
    public TimeSpan? OvertakenWithin(TimeSpan waited) => TimeSpan.Zero;
}
