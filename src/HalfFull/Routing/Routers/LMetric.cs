using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// LMetric (arXiv 2603.15202): least product of the tokens that the request must prefill there and the requests there, itself included. No weights to tune. A long
/// match can outweigh any queue, so the tokens count at least one block; memory and the sizes of the queued do not count.
/// </summary>
[Policy("lmetric", "Least uncached tokens times requests there; nothing to tune, but a long match outweighs long queues, and memory does not count.")]
public sealed class LMetric(LMetric.Options options, RouterSeed seed) : IRouter, IStateless
{
    /// <inheritdoc/>
    public bool NeedsPrefixHits => true;

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            ref readonly var view = ref candidates[i];
            var requests = Loads.Requests(view);
            var score = (double)Math.Max(options.FewestTokens, Loads.Uncached(request, view)) * (requests + 1);
            least.Offer(i, view.Replica, score, requests);
            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return RouteDecision.Route(least.Index, "least new tokens times requests");
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Least tokens that count.</summary>
        [Option("Fewest uncached tokens that count, a block, so that a full match is not free on a drowning replica.")]
        [Range(1, 1_000_000)]
        public int FewestTokens { get; init; } = 16;
    }
}
