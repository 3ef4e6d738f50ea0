using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// Stays with the replicas that have most of the prompt cached, by estimated time to first token among them, as the prefix-affinity filter of llm-d; lets go when
/// another would be faster by more than a penalty, and once in a hundred requests in any case. A match just below the threshold is not affinity at all.
/// </summary>
[Policy("prefix-affinity", "The fastest of those with most of the prompt cached unless another is faster by 5 s; near-misses of the threshold count for nothing.")]
public sealed class PrefixAffinity(PrefixAffinity.Options options, RouterSeed seed) : IRouter, IStateless
{
    private const ulong Exploring = 0xAFF1;

    /// <inheritdoc/>
    public bool NeedsPrefixHits => true;

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var rates = FleetRates.Of(candidates);
        var sticky = new LeastScore(seed.Value, request.Request.Id);
        var any = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            ref readonly var view = ref candidates[i];
            var seconds = ((Loads.QueuedPrefill(view) + Loads.Uncached(request, view)) / rates.PrefillOf(view)) + view.Latency.TotalSeconds;
            any.Offer(i, view.Replica, seconds, Loads.Requests(view));
            if (Loads.MatchRate(request, view) >= options.Threshold)
            {
                sticky.Offer(i, view.Replica, seconds, Loads.Requests(view));
            }

            if (!scores.IsEmpty)
            {
                scores[i] = seconds;
            }
        }

        if (sticky.Index < 0 || sticky.Score - any.Score > options.Penalty.TotalSeconds || HashedDraw.Uniform(seed.Value, request, Exploring) < options.Explore)
        {
            return RouteDecision.Route(any.Index, sticky.Index < 0 ? "no affinity, soonest first token" : "affinity given up, soonest first token");
        }

        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = Loads.MatchRate(request, candidates[i]) >= options.Threshold ? scores[i] : double.NaN;
        }

        return RouteDecision.Route(sticky.Index, "most of the prompt cached");
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Share that must be cached.</summary>
        [Option("Share of the prompt that must be cached for affinity.")]
        [Range(0.0, 1.0)]
        public double Threshold { get; init; } = 0.8;

        /// <summary>Share of requests without affinity.</summary>
        [Option("Share of requests that ignore affinity, so that prefixes spread.")]
        [Range(0.0, 1.0)]
        public double Explore { get; init; } = 0.01;

        /// <summary>Most time lost to affinity.</summary>
        [Option("Affinity is given up when another replica would give the first token sooner by more than this.")]
        public TimeSpan Penalty { get; init; } = TimeSpan.FromSeconds(5);
    }
}
