namespace HalfFull.Gateway.Replicas;

/// <summary>Leases in the order in which they were reserved, linked through themselves: nothing is allocated, and one leaves from the middle at once.</summary>
/// <param name="isOfUnreported">Which of the two links of a lease it uses: that of unreported ones, or that of those without a first token.</param>
internal sealed class LeaseList(bool isOfUnreported)
{
    internal Lease? Oldest { get; private set; }

    internal Lease? Newest { get; private set; }

    internal void Add(Lease lease)
    {
        LinkOf(lease) = new LeaseLink { IsIn = true, Older = Newest };
        if (Newest is { } newest)
        {
            LinkOf(newest).Newer = lease;
        }
        else
        {
            Oldest = lease;
        }

        Newest = lease;
    }

    internal void Remove(Lease lease)
    {
        var (older, newer) = (LinkOf(lease).Older, LinkOf(lease).Newer);
        LinkOf(lease) = default;
        if (older is not null)
        {
            LinkOf(older).Newer = newer;
        }
        else
        {
            Oldest = newer;
        }

        if (newer is not null)
        {
            LinkOf(newer).Older = older;
        }
        else
        {
            Newest = older;
        }
    }

    internal void Clear() => (Oldest, Newest) = (null, null);

    private ref LeaseLink LinkOf(Lease lease) => ref isOfUnreported ? ref lease.Unreported : ref lease.Sent;
}
