using HalfFull.Policies;

namespace HalfFull.Routing.Routers;

/// <summary>Fewest requests in flight, by the host's own ledger: exact for one host. Prompt sizes do not count.</summary>
[Policy("least-requests", "Fewest requests in flight; adapts to slow replicas, but a long prompt counts like a short one.")]
public sealed class LeastRequests(RouterSeed seed) : IRouter, IStateless
{
    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            double score = candidates[i].InFlightRequests;
            least.Offer(i, candidates[i].Replica, score);
            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return RouteDecision.Route(least.Index, "fewest requests in flight");
    }
}
