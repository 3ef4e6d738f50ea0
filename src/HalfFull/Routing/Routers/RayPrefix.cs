using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// The prefix-aware router of Ray Serve: the replicas with the longest match when it is long enough, else those with the smallest tree of prompts, the shorter queue
/// among them; power of two choices when queues are uneven. By default queues are never uneven, so a hot prefix stays on its replica, however long the queue.
/// </summary>
[Policy("ray-prefix", "The longest match if over a tenth of the prompt, else the smallest tree of prompts; by default it never rebalances a hot prefix.")]
public sealed class RayPrefix(RayPrefix.Options options, RouterSeed seed) : IRouter, IRestorable
{
    private const ulong Drawing = 0x4A11;
    private readonly PerReplica<PromptTree> trees = new();

    /// <inheritdoc/>
    public bool NeedsPrefixHits => true;

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var (most, fewest, match, smallest) = (0, int.MaxValue, 0.0, double.PositiveInfinity);
        foreach (ref readonly var view in candidates)
        {
            most = Math.Max(most, view.InFlightRequests);
            fewest = Math.Min(fewest, view.InFlightRequests);
            match = Math.Max(match, Loads.MatchRate(request, view));
            smallest = Math.Min(smallest, trees.Of(view).Tokens);
        }

        scores.Fill(double.NaN);
        if (most - fewest > options.ImbalancedThreshold)
        {
            return RouteDecision.Route(LesserOfTwo(request, candidates, scores), "queues uneven, the shorter of two");
        }

        var byMatch = match >= options.MatchRateThreshold && match > 0;
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            ref readonly var view = ref candidates[i];
            if (byMatch ? Loads.MatchRate(request, view) == match : trees.Of(view).Tokens == smallest)
            {
                least.Offer(i, view.Replica, view.InFlightRequests);
                if (!scores.IsEmpty)
                {
                    scores[i] = view.InFlightRequests;
                }
            }
        }

        return RouteDecision.Route(least.Index, byMatch ? "longest match" : "no match, smallest tree");
    }

    /// <inheritdoc/>
    public void Dispatched(in RouteRequest request, in ReplicaView replica) => trees.Of(replica).Tokens += Loads.Uncached(request, replica);

    /// <inheritdoc/>
    public void Save(StateWriter state) => trees.Save(state);

    /// <inheritdoc/>
    public void Restore(ref StateReader state) => trees.Restore(ref state);

    private int LesserOfTwo(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var (first, second) = TwoDrawn.Of(seed.Value, request, candidates, Drawing);
        var least = new LeastScore(seed.Value, request.Request.Id);
        least.Offer(first, candidates[first].Replica, candidates[first].InFlightRequests);
        least.Offer(second, candidates[second].Replica, candidates[second].InFlightRequests);
        if (!scores.IsEmpty)
        {
            scores[first] = candidates[first].InFlightRequests;
            scores[second] = candidates[second].InFlightRequests;
        }

        return least.Index;
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Imbalance.</summary>
        [Option("Difference between the longest and the shortest queue, in requests, above which prefixes do not count.")]
        [Range(0.0, double.PositiveInfinity)]
        public double ImbalancedThreshold { get; init; } = double.PositiveInfinity;

        /// <summary>Match that counts.</summary>
        [Option("Share of the prompt from which on the match decides.")]
        [Range(0.0, 1.0)]
        public double MatchRateThreshold { get; init; } = 0.1;
    }
}
