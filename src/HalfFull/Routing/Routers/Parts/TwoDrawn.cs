namespace HalfFull.Routing.Routers.Parts;

/// <summary>Two different candidates at random, the same ones whatever their order: those with the least hashes.</summary>
internal static class TwoDrawn
{
    /// <summary>Indexes of the two; twice the same when there is only one.</summary>
    public static (int First, int Second) Of(ulong seed, in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, ulong purpose)
    {
        var stream = HashedDraw.Stream(seed, request, purpose);
        var (first, second) = (0, 0);
        var (least, next) = (ulong.MaxValue, ulong.MaxValue);
        for (var i = 0; i < candidates.Length; i++)
        {
            var draw = HashedDraw.Bits(stream, candidates[i].Replica);
            if (draw < least)
            {
                (second, next) = (first, least);
                (first, least) = (i, draw);
            }
            else if (draw < next)
            {
                (second, next) = (i, draw);
            }
        }

        return (first, second);
    }
}
