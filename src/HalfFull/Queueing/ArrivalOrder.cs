namespace HalfFull.Queueing;

/// <summary>First come, first served. A preempted request keeps its arrival and so its place.</summary>
public sealed class ArrivalOrder : IQueueOrder
{
    /// <summary>The one instance that is needed: it has no state.</summary>
    public static ArrivalOrder Instance { get; } = new();

    /// <inheritdoc/>
    public RankFeatures Features(in QueueEntry entry) => new(entry.Request.Arrival);

    /// <inheritdoc/>
    public double Key(in RankFeatures features, int group) => features.Arrival.Ticks;
}
