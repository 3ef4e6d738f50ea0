using HalfFull.Policies;

namespace HalfFull.Routing.Routers;

/// <summary>The better of two different replicas drawn at random, by requests in flight (Mitzenmacher, 2001). Robust against stale state; less exact than asking all.</summary>
[Policy("p2c", "The less loaded of two replicas drawn at random; robust when state is stale, but worse than asking all when it is fresh.")]
public sealed class PowerOfTwo(Rng rng) : IRouter, IRestorable
{
    private readonly Rng draws = rng.Fork("router-p2c");

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        scores.Fill(double.NaN);
        var first = draws.NextInt32(candidates.Length);
        if (!scores.IsEmpty)
        {
            scores[first] = candidates[first].InFlightRequests;
        }

        if (candidates.Length == 1)
        {
            return RouteDecision.Route(first, "the only one");
        }

        var second = draws.NextInt32(candidates.Length - 1);
        second += second >= first ? 1 : 0;
        if (!scores.IsEmpty)
        {
            scores[second] = candidates[second].InFlightRequests;
        }

        // Equal loads: the one drawn first, itself a fair coin.
        var better = candidates[second].InFlightRequests < candidates[first].InFlightRequests ? second : first;
        return RouteDecision.Route(better, "the less loaded of two");
    }

    /// <inheritdoc/>
    public void Save(StateWriter state) => draws.Save(state);

    /// <inheritdoc/>
    public void Restore(ref StateReader state) => draws.Restore(ref state);
}
