using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// The cache_aware policy of SGLang's router, with either of its two published sets of defaults: the replica with the longest match while loads are even and the
/// match is long enough, else the one with the fewest requests in flight. Under imbalance it drops all locality, and requests count alike whatever their size.
/// </summary>
[Policy("sglang-cache-aware", "The longest match if over a threshold while request counts are even, else the fewest requests; drops all locality once they are uneven.")]
public sealed class SglangCacheAware(SglangCacheAware.Options options, RouterSeed seed) : IRouter, IRestorable
{
    private readonly PerReplica<PromptTree> trees = new();
    private readonly double threshold = options.CacheThreshold ?? (options.Defaults == Published.Cli ? 0.3 : 0.5);
    private readonly int absolute = options.BalanceAbs ?? (options.Defaults == Published.Cli ? 64 : 32);
    private readonly double relative = options.BalanceRel ?? (options.Defaults == Published.Cli ? 1.5 : 1.1);

    /// <inheritdoc/>
    public bool NeedsPrefixHits => true;

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var (most, fewest, match) = (0, int.MaxValue, 0.0);
        foreach (ref readonly var view in candidates)
        {
            most = Math.Max(most, view.InFlightRequests);
            fewest = Math.Min(fewest, view.InFlightRequests);
            match = Math.Max(match, Loads.MatchRate(request, view));
        }

        var isUneven = most - fewest > absolute && most > relative * fewest;
        var byMatch = !isUneven && match > threshold;
        var bySize = !isUneven && !byMatch && options.Fallback == FallbackKind.SmallestTree;
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            ref readonly var view = ref candidates[i];
            var score = byMatch ? -Loads.MatchRate(request, view) : bySize ? trees.Of(view).Tokens : view.InFlightRequests;
            least.Offer(i, view.Replica, score);
            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return RouteDecision.Route(least.Index, byMatch ? "longest match" : isUneven ? "uneven, fewest requests" : bySize ? "no match, smallest tree" : "no match, fewest requests");
    }

    /// <inheritdoc/>
    public void Dispatched(in RouteRequest request, in ReplicaView replica) => trees.Of(replica).Tokens += Loads.Uncached(request, replica);

    /// <inheritdoc/>
    public void Save(StateWriter state) => trees.Save(state);

    /// <inheritdoc/>
    public void Restore(ref StateReader state) => trees.Restore(ref state);

    /// <summary>The two published sets.</summary>
    public enum Published
    {
        /// <summary>Of the command line: 0.3, 64, 1.5.</summary>
        Cli,

        /// <summary>Of the library: 0.5, 32, 1.1.</summary>
        Library,
    }

    /// <summary>Where requests without a match go.</summary>
    public enum FallbackKind
    {
        /// <summary>Fewest requests in flight.</summary>
        MinLoad,

        /// <summary>Fewest prompt tokens seen: the older rule, known to pile on.</summary>
        SmallestTree,
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>The set of defaults.</summary>
        [Option("Published set of defaults for the next three: cli is 0.3, 64, 1.5; library is 0.5, 32, 1.1.")]
        public Published Defaults { get; init; }

        /// <summary>Match that counts.</summary>
        [Option("Share of the prompt above which the match decides.", Null = "as-published")]
        [Range(0.0, 1.0)]
        public double? CacheThreshold { get; init; }

        /// <summary>Absolute imbalance.</summary>
        [Option("Requests by which the busiest must exceed the idlest for loads to be uneven.", Null = "as-published")]
        [Range(0, 1_000_000)]
        public int? BalanceAbs { get; init; }

        /// <summary>Relative imbalance.</summary>
        [Option("Factor by which it must exceed it as well.", Null = "as-published")]
        [Range(0.0, 1_000_000.0)]
        public double? BalanceRel { get; init; }

        /// <summary>Where requests without a match go.</summary>
        [Option("Where requests without a match go: fewest requests, or the older smallest tree.")]
        public FallbackKind Fallback { get; init; }
    }
}
