namespace HalfFull.Queueing;

/// <summary>By the moment of joining the queue: unlike with <see cref="ArrivalOrder"/>, who comes back after a preemption goes to the end.</summary>
public sealed class JoinOrder : IQueueOrder
{
    private long joined;

    /// <inheritdoc/>
    public RankFeatures Features(in QueueEntry entry) => new(entry.Request.Arrival, joined++);

    /// <inheritdoc/>
    public double Key(in RankFeatures features, int group) => features.First;
}
