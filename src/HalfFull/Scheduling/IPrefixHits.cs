using HalfFull.Routing;

namespace HalfFull.Scheduling;

/// <summary>
/// Tells a <see cref="FrontScheduler"/> how much of a request's prompt each replica has cached. It is the host's own arithmetic: an input of decisions, which a log keeps.
/// </summary>
public interface IPrefixHits
{
    /// <summary>Looks a request up.</summary>
    /// <param name="request">The request.</param>
    /// <param name="replicas">The replicas of the decision.</param>
    /// <param name="tokens">Filled with the prompt tokens cached on each of them; null where nobody knows.</param>
    /// <returns>False when nothing is known of any: what the views say of it stays.</returns>
    bool Look(in RouteRequest request, ReadOnlySpan<FrontReplica> replicas, Span<int?> tokens);
}
