using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// The same replica for the same key, whatever the load, as session affinity in vLLM's production stack: the cache of a conversation is always found. No load term,
/// so a heavy session or an unlucky hash overloads its replica. Requests without a key go where the fewest are in flight.
/// </summary>
[Policy("session", "The same replica for the same session, by rendezvous hashing; finds every conversation's cache, but a heavy session overloads its replica.")]
public sealed class Session(Session.Options options, RouterSeed seed) : IRouter, IStateless
{
    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var text = Key(request.Request);
        var key = text is null ? 0 : Rendezvous.Key(text);
        var isWeighted = Rendezvous.IsWeighted(candidates);
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            var score = text is null ? candidates[i].InFlightRequests / Loads.Weight(candidates[i]) : Rendezvous.Score(key, candidates[i], isWeighted);
            least.Offer(i, candidates[i].Replica, score);
            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return RouteDecision.Route(least.Index, text is null ? "no key, fewest requests in flight" : "home of the key");
    }

    private string? Key(Request request) => options.Key switch
    {
        KeyKind.Tenant => request.Tenant,
        KeyKind.Program => request.Program,
        _ => request.Session,
    };

    /// <summary>What requests must have in common to share a replica.</summary>
    public enum KeyKind
    {
        /// <summary>The conversation.</summary>
        Session,

        /// <summary>The tenant.</summary>
        Tenant,

        /// <summary>The agent program.</summary>
        Program,
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>The key.</summary>
        [Option("What requests must have in common to share a replica.")]
        public KeyKind Key { get; init; }
    }
}
