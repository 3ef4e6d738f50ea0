using System.ComponentModel.DataAnnotations;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// The E2 rule of Preble (Srivatsa et al., ICLR 2025): when more of the prompt is cached than is missing, exploit the replicas with the longest match, else explore all;
/// the cheapest by work of the last three minutes, by what the prompt would evict and by its own prefill. A replica with over 1.5 times the lightest's work, or a lone
/// holder whose time to first token has doubled, gives the request away, which leaves a second copy of the prefix. Its tree of prompts is kept here as sums for each
/// replica, so subtrees move one request at a time. Reacts after the fact; sessions with little in common are merely balanced.
/// </summary>
[Policy("preble", "Exploits the longest match if more is cached than missing, else explores the least work of 3 minutes; reacts to imbalance only after the fact.")]
public sealed class Preble(Preble.Options options, RouterSeed seed) : IRouter, IRestorable
{
    private readonly PerReplica<PrebleShare> shares = new();
    private readonly MedianOf tpot = new(200, 0.15); // seconds
    private double[] works = [];

    /// <inheritdoc/>
    public bool NeedsPrefixHits => true;

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        if (works.Length < candidates.Length)
        {
            works = new double[candidates.Length * 2];
        }

        var rates = FleetRates.Of(candidates);
        var (longest, holders, lightest) = (0, 0, double.PositiveInfinity);
        for (var i = 0; i < candidates.Length; i++)
        {
            ref readonly var view = ref candidates[i];
            var cached = view.CachedPromptTokens ?? 0;
            holders = cached > longest ? 1 : cached == longest ? holders + 1 : holders;
            longest = Math.Max(longest, cached);
            works[i] = Work(view, request.Now);
            lightest = Math.Min(lightest, works[i]);
        }

        var exploits = longest > request.Request.PromptTokens - longest;
        if (exploits)
        {
            var best = Cheapest(request, candidates, ref rates, longest, scores);
            var isLone = holders == 1 && shares.Of(candidates[best]).HasSlowed(request.Now, options.Window);
            if (!isLone && works[best] <= options.Rebalance * lightest)
            {
                return RouteDecision.Route(best, "most is cached: cheapest holder");
            }
        }

        return RouteDecision.Route(Cheapest(request, candidates, ref rates, 0, scores), exploits ? "holder too busy: copied to the cheapest" : "most is missing: cheapest of all");
    }

    /// <inheritdoc/>
    public void Dispatched(in RouteRequest request, in ReplicaView replica)
    {
        var rate = FleetRates.Known(replica.PrefillTokensPerSecond) is > 0 and var known ? known : FleetRates.PrefillPrior;
        shares.Of(replica).Sent(request, replica.CachedPromptTokens ?? 0, rate, options.Window);
    }

    /// <inheritdoc/>
    public void FirstToken(Request request, int replica, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(request);
        shares.Of(replica).FirstToken((now - request.Arrival).TotalSeconds, now, options.Window);
    }

    /// <inheritdoc/>
    public void Ended(in RequestRecord record)
    {
        if (record.Outcome == Outcome.Completed && record.Tpot is { } time)
        {
            tpot.Add(time.TotalSeconds);
        }
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        shares.Save(state);
        tpot.Save(state);
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        shares.Restore(ref state);
        tpot.Restore(ref state);
    }

    private int Cheapest(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, ref FleetRates rates, int leastCached, Span<double> scores)
    {
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            ref readonly var view = ref candidates[i];
            var score = double.NaN;
            if (scores.IsEmpty && works[i] > least.Score)
            {
                continue; // whatever the prompt costs there, it comes on top
            }

            if ((view.CachedPromptTokens ?? 0) >= leastCached)
            {
                var uncached = Loads.Uncached(request, view);
                score = works[i] + ((shares.Of(view).Lost(uncached, view.KvCapacityTokens, request.Now, options.Window) + uncached) / rates.PrefillOf(view));
                least.Offer(i, view.Replica, score);
            }

            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return least.Index;
    }

    /// <summary>L: prefill work of the window and decoding work to come, seconds.</summary>
    private double Work(in ReplicaView view, TimeSpan now) =>
        shares.Of(view).PrefillSeconds(now, options.Window) + (Loads.Requests(view) * options.Output * tpot.Value);

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Window of the work.</summary>
        [Option("Window over which work counts.")]
        public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(3);

        /// <summary>Imbalance at which work moves.</summary>
        [Option("Work of a holder, in multiples of the lightest replica's, above which it gives requests away.")]
        [Range(1.0, 1e6)]
        public double Rebalance { get; init; } = 1.5;

        /// <summary>Output tokens expected of a request.</summary>
        [Option("Output tokens expected of a request.")]
        [Range(0.0, 1e6)]
        public double Output { get; init; } = 45;
    }
}
