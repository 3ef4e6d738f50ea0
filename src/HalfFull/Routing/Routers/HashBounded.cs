using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam, SODA 2018), as KubeAI uses it: the first replica of the key's ranking that has no more
/// than its share of the requests in flight, times a factor. The key is the beginning of the prompt, or the session. Counts requests, not tokens, so it spills
/// when requests are uneven and holds on when they are long. Requests without a key go where the fewest are in flight.
/// </summary>
[Policy("hash-bounded", "The home of the prompt's beginning unless it has over 1.25 times its share of requests; keeps prefixes together, but counts requests and not tokens.")]
public sealed class HashBounded(HashBounded.Options options, RouterSeed seed) : IRouter, IStateless
{
    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var isKeyed = TryKey(request, out var key);
        var (requests, weights) = (0L, 0.0);
        foreach (ref readonly var view in candidates)
        {
            requests += view.InFlightRequests;
            weights += Loads.Weight(view);
        }

        // Whoever is within the bound; everybody when nobody is, which rounding alone could bring about.
        var share = options.LoadFactor * (requests + 1) / weights;
        var isWeighted = Rendezvous.IsWeighted(candidates);
        var within = new LeastScore(seed.Value, request.Request.Id);
        var any = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            var score = isKeyed ? Rendezvous.Score(key, candidates[i], isWeighted) : candidates[i].InFlightRequests / Loads.Weight(candidates[i]);
            any.Offer(i, candidates[i].Replica, score);
            var isWithin = candidates[i].InFlightRequests + 1 <= Math.Max(1, Math.Ceiling(share * Loads.Weight(candidates[i])));
            if (isWithin)
            {
                within.Offer(i, candidates[i].Replica, score);
            }

            if (!scores.IsEmpty)
            {
                scores[i] = isWithin ? score : double.NaN;
            }
        }

        var index = within.Index >= 0 ? within.Index : any.Index;
        if (!scores.IsEmpty && within.Index < 0)
        {
            scores[index] = any.Score;
        }

        return RouteDecision.Route(index, !isKeyed ? "no key, fewest requests in flight" : index == any.Index ? "home of the key" : "next of the key's replicas within the bound");
    }

    private bool TryKey(in RouteRequest request, out ulong key)
    {
        key = 0;
        if (options.Key == KeyKind.Session && request.Request.Session is { } session)
        {
            key = Rendezvous.Key(session);
            return true;
        }

        var chain = request.Request.PrefixHashes.Span;
        if (options.Key != KeyKind.Prefix || chain.IsEmpty)
        {
            return false;
        }

        // The id of a unit stands for all before it as well.
        key = Rng.Mix((ulong)chain[Math.Min(options.PrefixUnits, chain.Length) - 1] ^ request.PrefixSeed);
        return true;
    }

    /// <summary>What requests must have in common to share a replica.</summary>
    public enum KeyKind
    {
        /// <summary>The beginning of the prompt.</summary>
        Prefix,

        /// <summary>The conversation.</summary>
        Session,
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>The key.</summary>
        [Option("What requests must have in common to share a replica.")]
        public KeyKind Key { get; init; }

        /// <summary>Prefix units in the key.</summary>
        [Option("Leading prefix units of the prompt that make the key.")]
        [Range(1, 1_000_000)]
        public int PrefixUnits { get; init; } = 1;

        /// <summary>Bound of the load.</summary>
        [Option("Bound of a replica's requests in flight, in multiples of its share of them all.")]
        [Range(1.0, 1000.0)]
        public double LoadFactor { get; init; } = 1.25;
    }
}
