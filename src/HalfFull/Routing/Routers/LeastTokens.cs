using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;

namespace HalfFull.Routing.Routers;

/// <summary>
/// Fewest tokens in flight, prompts and expected outputs (llm-d's token-load-scorer counts alike: prompt times 1 plus an output ratio of 1.5). The guess
/// of the output is never corrected, and memory does not count.
/// </summary>
[Policy("least-tokens", "Fewest tokens in flight, prompts plus an output guess; sees long prompts, but not what is already prefilled, cached or in memory.")]
public sealed class LeastTokens(LeastTokens.Options options, RouterSeed seed) : IRouter
{
    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            var score = candidates[i].InFlightPromptTokens * (1 + options.OutputRatio);
            least.Offer(i, candidates[i].Replica, score);
            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return RouteDecision.Route(least.Index, "fewest tokens in flight");
    }

    /// <summary>Options, with llm-d's default.</summary>
    public sealed record Options
    {
        /// <summary>Expected output tokens for each prompt token.</summary>
        [Option("Expected output tokens for each prompt token.")]
        [Range(0.0, 1000.0)]
        public double OutputRatio { get; init; } = 1.5;
    }
}
