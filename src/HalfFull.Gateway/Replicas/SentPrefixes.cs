using HalfFull.Routing;
using HalfFull.Routing.Prefix;
using HalfFull.Scheduling;

namespace HalfFull.Gateway.Replicas;

/// <summary>
/// What of a prompt each replica should have cached, by what was sent there in this epoch. What the hashes stand for (model, adapter, cache salt) is in them already.
/// Not thread-safe: <see cref="ReplicaPool"/> serialises it.
/// </summary>
internal sealed class SentPrefixes : IPrefixHits
{
    private readonly PrefixHits hits = new(unitsVary: true);

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
            tokens[i] = hits.Tokens(replicas[i].View.Replica, replicas[i].View.Epoch);
        }

        return true;
    }

    /// <summary>A request was sent to a replica, which will hold its prefix.</summary>
    public void Sent(Request request, RemoteReplica replica, TimeSpan now) => hits.Dispatched(new RouteRequest(request, now), replica.Id, replica.Account.Epoch);

    /// <summary>A replica has gone for good.</summary>
    public void Removed(int replica) => hits.Removed(replica);
}
