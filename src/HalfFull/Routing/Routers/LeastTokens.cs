using System.ComponentModel.DataAnnotations;
using HalfFull.Metrics;
using HalfFull.Policies;

namespace HalfFull.Routing.Routers;

/// <summary>
/// Fewest tokens in flight: the prompts of the requests that have not ended and an expected output for each. What is already prefilled or generated still counts,
/// and memory does not.
/// </summary>
[Policy("least-tokens", "Fewest tokens in flight, prompts plus an expected output each; sees long prompts, but not what is already prefilled, cached or in memory.")]
public sealed class LeastTokens(LeastTokens.Options options, RouterSeed seed) : IRouter, IRestorable
{
    private const double Smoothing = 0.01;
    private const double OutputPrior = 256; // tokens, before anybody has ended
    private double meanOutput = OutputPrior;

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var output = options.Output ?? meanOutput;
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            var score = candidates[i].InFlightPromptTokens + (output * candidates[i].InFlightRequests);
            least.Offer(i, candidates[i].Replica, score);
            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return RouteDecision.Route(least.Index, "fewest tokens in flight");
    }

    /// <inheritdoc/>
    public void Ended(in RequestRecord record)
    {
        if (record.Outcome == Outcome.Completed)
        {
            meanOutput += Smoothing * (record.OutputTokens - meanOutput);
        }
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Real(meanOutput);
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state) => meanOutput = state.Real();

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Expected output tokens of a request; null: the moving average of those that have ended.</summary>
        [Option("Expected output tokens of a request; learned is a moving average of those that have ended, from 256.", Null = "learned")]
        [Range(0, 1_000_000)]
        public int? Output { get; init; }
    }
}
