using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// The rule BR-0 of BalanceRoute (arXiv 2605.06113; the objective is re-derived here), for ranks that step together and wait for the slowest: fill the gap below the
/// fullest rank, and where there is none raise it least. Loads are KV tokens. Only for ranks in lock-step: independent replicas gain nothing from filling gaps.
/// </summary>
[Policy("balance", "Fills the gap below the fullest rank, else raises it least; for data-parallel ranks in lock-step, without merit on independent replicas.")]
public sealed class Balance(RouterSeed seed) : IRouter, IStateless
{
    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var fullest = 0L;
        foreach (ref readonly var view in candidates)
        {
            fullest = Math.Max(fullest, Loads.KvTokens(view));
        }

        var tokens = request.Request.PromptTokens;
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            var load = Loads.KvTokens(candidates[i]);
            var score = (candidates.Length * (double)Math.Max(0, tokens - (fullest - load))) - tokens;
            least.Offer(i, candidates[i].Replica, score, load);
            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return RouteDecision.Route(least.Index, "fills the gap below the fullest");
    }
}
