using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// The dispatch rule of Llumnix (Sun et al., OSDI 2024): most freeness, the memory that is left after all that runs and all that waits has its share, for each request
/// there: about how many steps it can still decode. Live memory decides, so it balances growth well; prefixes and prefill time do not count, and without its
/// migration a mistake stays where it was made. Headroom for urgent requests is not modelled.
/// </summary>
[Policy("llumnix", "Most KV memory left per request there, after what queued prompts need; balances growth, but prefixes and prefill time do not count.")]
public sealed class Llumnix(RouterSeed seed) : IRouter, IStateless
{
    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var capacity = NeutralCapacity(candidates);
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            ref readonly var view = ref candidates[i];
            var used = Loads.KvTokens(view);
            var score = capacity > 0 ? -((view.KvCapacityTokens is > 0 and { } own ? own : capacity) - used) / Math.Max(1.0, Loads.Requests(view)) : used;
            least.Offer(i, view.Replica, score, Loads.Requests(view));
            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return RouteDecision.Route(least.Index, capacity > 0 ? "most memory left per request" : "capacity unknown, least memory used");
    }

    /// <summary>Mean of the known capacities; 0 when none is.</summary>
    private static double NeutralCapacity(ReadOnlySpan<ReplicaView> candidates)
    {
        var (sum, count) = (0.0, 0);
        foreach (ref readonly var view in candidates)
        {
            if (view.KvCapacityTokens is > 0 and { } capacity)
            {
                sum += capacity;
                count++;
            }
        }

        return count > 0 ? sum / count : 0;
    }
}
