namespace HalfFull.Routing.Routers.Parts;

/// <summary>
/// Highest random weight hashing (Thaler and Ravishankar, 1998): each key ranks the replicas by a hash of key and replica. It does what a ring of consistent
/// hashing does (a replica that comes or goes moves only its own keys), with equal shares, no table to keep, and the same answer at every gateway.
/// </summary>
internal static class Rendezvous
{
    /// <summary>Hash of a text key, the same in every process and at every gateway.</summary>
    public static ulong Key(string text) => Prefix.PrefixSeed.Fold(0x5E55, text);

    /// <summary>Whether weights differ from 1: only then do ranks need a logarithm.</summary>
    public static bool IsWeighted(ReadOnlySpan<ReplicaView> candidates)
    {
        foreach (ref readonly var view in candidates)
        {
            if (Loads.Weight(view) != 1)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Rank of a replica for a key: the least comes first. Over many keys a replica is first in proportion to its weight.</summary>
    public static double Score(ulong key, in ReplicaView view, bool isWeighted)
    {
        var uniform = HashedDraw.Unit(Rng.Mix(key ^ ((ulong)(uint)view.Replica + 0x9E3779B97F4A7C15)));
        return isWeighted ? -Math.Log(uniform) / Loads.Weight(view) : 1 - uniform;
    }
}
