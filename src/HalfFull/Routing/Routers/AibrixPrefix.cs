using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// The prefix-cache strategy of AIBrix: the longest match whose load is not above the mean by more than a standard deviation, the less loaded of equal matches; when
/// request counts differ by more than eight, or nothing matches, the fewest requests. With two replicas the deviation rule hardly binds.
/// </summary>
[Policy("aibrix-prefix", "The longest match not loaded above mean plus deviation, the fewest requests when counts differ by over 8; weak rule with two replicas.")]
public sealed class AibrixPrefix(AibrixPrefix.Options options, RouterSeed seed) : IRouter, IStateless
{
    /// <inheritdoc/>
    public bool NeedsPrefixHits => true;

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var (most, fewest, sum, squares) = (0, int.MaxValue, 0.0, 0.0);
        foreach (ref readonly var view in candidates)
        {
            var load = view.InFlightRequests;
            most = Math.Max(most, load);
            fewest = Math.Min(fewest, load);
            sum += load;
            squares += (double)load * load;
        }

        var mean = sum / candidates.Length;
        var limit = mean + (options.StandardDeviations * Math.Sqrt(Math.Max(0, (squares / candidates.Length) - (mean * mean))));
        scores.Fill(double.NaN);
        if (most - fewest <= options.Imbalance)
        {
            var matched = new LeastScore(seed.Value, request.Request.Id);
            for (var i = 0; i < candidates.Length; i++)
            {
                ref readonly var view = ref candidates[i];
                var percent = Math.Floor(100 * Loads.MatchRate(request, view));
                if (percent > 0 && view.InFlightRequests <= limit)
                {
                    matched.Offer(i, view.Replica, -percent, view.InFlightRequests);
                    if (!scores.IsEmpty)
                    {
                        scores[i] = -percent;
                    }
                }
            }

            if (matched.Index >= 0)
            {
                return RouteDecision.Route(matched.Index, "longest match that is not overloaded");
            }
        }

        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            least.Offer(i, candidates[i].Replica, candidates[i].InFlightRequests);
            if (!scores.IsEmpty)
            {
                scores[i] = candidates[i].InFlightRequests;
            }
        }

        return RouteDecision.Route(least.Index, "fewest requests");
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Imbalance.</summary>
        [Option("Difference between the most and the fewest requests above which prefixes do not count.")]
        [Range(0, 1_000_000)]
        public int Imbalance { get; init; } = 8;

        /// <summary>Bound of the load.</summary>
        [Option("Standard deviations above the mean load up to which a match may be chosen.")]
        [Range(0.0, 1000.0)]
        public double StandardDeviations { get; init; } = 1;
    }
}
