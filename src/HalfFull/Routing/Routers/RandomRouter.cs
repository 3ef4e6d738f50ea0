using HalfFull.Policies;

namespace HalfFull.Routing.Routers;

/// <summary>Uniformly random: every replica gets the same share in the long run, none in the short.</summary>
[Policy("random", "A replica at random; needs to know nothing, but leaves some replicas idle while others queue.")]
public sealed class RandomRouter(Rng rng) : IRouter, IRestorable
{
    private readonly Rng draws = rng.Fork("router-random");

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        scores.Clear();
        return RouteDecision.Route(draws.NextInt32(candidates.Length), "at random");
    }

    /// <inheritdoc/>
    public void Save(StateWriter state) => draws.Save(state);

    /// <inheritdoc/>
    public void Restore(ref StateReader state) => draws.Restore(ref state);
}
