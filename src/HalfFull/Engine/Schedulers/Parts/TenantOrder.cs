using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>Tenants by a number that moves, the lowest first; the requests of one by arrival.</summary>
internal sealed class TenantOrder(TenantTable tenants, Func<int, double> rank) : IQueueOrder
{
    /// <inheritdoc/>
    public RankFeatures Features(in QueueEntry entry) => new(entry.Request.Arrival);

    /// <inheritdoc/>
    public int Group(in QueueEntry entry) => tenants.IndexOf(entry.Request);

    /// <inheritdoc/>
    public double Key(in RankFeatures features, int group) => rank(group);
}
