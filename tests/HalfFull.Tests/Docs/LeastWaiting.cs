using HalfFull.Policies;
using HalfFull.Routing;

namespace HalfFull.Tests.Docs;

/// <summary>Fewest requests waiting; blind to their size.</summary>
[Policy("least-waiting", "Fewest requests waiting; blind to their size.")]
public sealed class LeastWaiting(RouterSeed seed) : IRouter
{
    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            double score = candidates[i].Waiting ?? candidates[i].InFlightRequests;
            least.Offer(i, candidates[i].Replica, score);
            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return RouteDecision.Route(least.Index, "fewest waiting");
    }
}
