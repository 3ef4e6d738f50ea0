using HalfFull.Routing;
using HalfFull.Routing.Prefix;
using HalfFull.Scheduling;

namespace HalfFull.Gateway.Replicas;

/// <summary>
/// What of a prompt each replica should have cached, by what was sent there in this epoch, and by how much of that it says it finds. What the hashes stand for (model, adapter, cache salt) is in them already.
/// Not thread-safe: <see cref="ReplicaPool"/> serialises it.
/// </summary>
internal sealed class SentPrefixes : IPrefixHits
{
    private readonly PrefixHits hits = new(unitsVary: true);
    private readonly Dictionary<int, FoundShare> found = [];

    /// <inheritdoc/>
    public bool Look(in RouteRequest request, ReadOnlySpan<FrontReplica> replicas, Span<int?> tokens)
    {
        if (request.Request.PrefixHashes.IsEmpty || request.Request.PrefixUnitTokens <= 0)
        {
            return false;
        }

        hits.Look(request);
        for (var i = 0; i < replicas.Length; i++)
        {
            var (replica, epoch) = (replicas[i].View.Replica, replicas[i].View.Epoch);
            tokens[i] = (int?)(hits.Tokens(replica, epoch) * Share(replica, epoch));
        }

        return true;
    }

    /// <summary>A request was sent to a replica, which will hold its prefix.</summary>
    public void Sent(Request request, RemoteReplica replica, TimeSpan now) => hits.Dispatched(new RouteRequest(request, now), replica.Id, replica.Account.Epoch);

    /// <summary>A replica told how much of a prompt it found cached. Where nothing was expected there is nothing to compare it with.</summary>
    public void Told(Lease lease, int cachedTokens)
    {
        if (lease.CachedTokens > 0)
        {
            var replica = lease.Account.Replica;
            (found.TryGetValue(replica, out var share) ? share : found[replica] = new FoundShare()).Told(lease.Epoch, lease.CachedTokens, cachedTokens);
        }
    }

    /// <summary>A replica has gone for good.</summary>
    public void Removed(int replica)
    {
        hits.Removed(replica);
        found.Remove(replica);
    }

    private double Share(int replica, long epoch) => found.TryGetValue(replica, out var share) ? share.At(epoch) : 1;
}
