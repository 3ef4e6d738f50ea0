namespace HalfFull.Queueing;

/// <summary>Smallest first, by any size that stays fixed while a request waits; ties by arrival.</summary>
/// <param name="size">The size of an entry. Never NaN.</param>
public sealed class SizeOrder(Func<QueueEntry, double> size) : IQueueOrder
{
    /// <inheritdoc/>
    public RankFeatures Features(in QueueEntry entry) => new(entry.Request.Arrival, size(entry));

    /// <inheritdoc/>
    public double Key(in RankFeatures features, int group) => features.First;
}
