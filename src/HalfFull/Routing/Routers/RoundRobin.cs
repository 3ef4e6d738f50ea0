using HalfFull.Policies;

namespace HalfFull.Routing.Routers;

/// <summary>Each replica in turn, by its number in the fleet, so that a replica that comes or goes does not restart the rotation. Blind to load and size.</summary>
[Policy("round-robin", "Each replica in turn; fair in counts, but blind to size and load, so that slow or unlucky replicas fall behind.")]
public sealed class RoundRobin : IRouter, IRestorable
{
    private int last = -1;

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        // Distance from the last one used, going round: the nearest above it, else the lowest.
        var best = 0;
        for (var i = 0; i < candidates.Length; i++)
        {
            if (!scores.IsEmpty)
            {
                scores[i] = (uint)(candidates[i].Replica - last - 1);
            }

            if ((uint)(candidates[i].Replica - last - 1) < (uint)(candidates[best].Replica - last - 1))
            {
                best = i;
            }
        }

        last = candidates[best].Replica;
        return RouteDecision.Route(best, "next in turn");
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Whole(last);
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state) => last = state.Whole32();
}
