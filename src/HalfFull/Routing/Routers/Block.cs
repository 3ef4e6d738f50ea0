using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// Least predicted completion (or first token), by looking ahead with the engine's own step-time model and the sequences that run there, as Block (arXiv 2508.03611).
/// Lengths are predictions when there are any, else means. Costs far more than other routers, and is as good as what it is told: on a stale view it predicts the past,
/// and where the engine cannot be looked into it falls back to queue and step time.
/// </summary>
[Policy("block", "Least predicted completion, looking ahead with the engine's step-time model; costs far more than others, and only a simulator lets it look.")]
public sealed class Block(Block.Options options, RouterSeed seed) : IRouter, IStateless
{
    private const double SecondsPerStepPrior = 0.03;
    private readonly Lookahead lookahead = new();

    /// <inheritdoc/>
    public bool NeedsPrefixHits => true;

    /// <inheritdoc/>
    public bool NeedsSequences => true;

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var rates = FleetRates.Of(candidates);
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            ref readonly var view = ref candidates[i];
            var (firstToken, finish) = view.Engine is null ? Guess(request, view, ref rates) : lookahead.Predict(request, view, rates.OutputOf(view));
            var score = (options.Target == Moment.Finish ? finish : firstToken) + (view.Latency.Ticks == 0 ? 0 : view.Latency.TotalSeconds);
            least.Offer(i, view.Replica, score, Loads.Requests(view));
            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return RouteDecision.Route(least.Index, options.Target == Moment.Finish ? "soonest completion" : "soonest first token");
    }

    private static (double FirstToken, double Finish) Guess(in RouteRequest request, in ReplicaView view, ref FleetRates rates)
    {
        var missing = view.KvCapacityTokens is > 0 and { } capacity ? Math.Max(0, Loads.KvTokens(view) + request.Request.PromptTokens - capacity) : 0;
        var prefill = (Loads.QueuedPrefill(view) + Loads.Uncached(request, view)) / rates.PrefillOf(view);
        var firstToken = missing > 0 ? Math.Max(prefill, missing / rates.ReleaseOf(view)) : prefill;
        var step = view.SecondsPerStep is > 0 and { } seconds && double.IsFinite(seconds) ? seconds : SecondsPerStepPrior;
        return (firstToken, firstToken + (step * (request.Request.PredictedOutputTokens ?? rates.OutputOf(view))));
    }

    /// <summary>What is predicted.</summary>
    public enum Moment
    {
        /// <summary>The last token.</summary>
        Finish,

        /// <summary>The first token.</summary>
        FirstToken,
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>What is predicted.</summary>
        [Option("What is predicted and should come soonest.")]
        public Moment Target { get; init; }
    }
}
