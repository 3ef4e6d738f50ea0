using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Pipelines;

/// <summary>The prefix scorer of llm-d: the share of the prompt that is cached.</summary>
public sealed class PrefixScorer : IReplicaScorer
{
    /// <inheritdoc/>
    public bool NeedsPrefixHits => true;

    /// <inheritdoc/>
    public void Score(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        for (var i = 0; i < candidates.Length; i++)
        {
            // Mostly nothing is cached, which needs no division.
            scores[i] = candidates[i].CachedPromptTokens is null or 0 ? 0 : Math.Min(1, Loads.MatchRate(request, candidates[i]));
        }
    }
}
