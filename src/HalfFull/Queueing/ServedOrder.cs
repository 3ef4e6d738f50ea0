namespace HalfFull.Queueing;

/// <summary>
/// Highest response ratio next, in work instead of time: what an engine has prefilled since a request joined, over what the request needs. Its owner tells it the work
/// done.
/// </summary>
public sealed class ServedOrder : IQueueOrder
{
    private double served;

    /// <summary>Counts prefill tokens computed for anybody.</summary>
    public void Served(int tokens) => served += tokens;

    /// <inheritdoc/>
    public RankFeatures Features(in QueueEntry entry) => new(entry.Request.Arrival, served, Math.Max(1, entry.UncachedTokens));

    /// <inheritdoc/>
    public double Key(in RankFeatures features, int group) => -((served - features.First) / features.Second);
}
