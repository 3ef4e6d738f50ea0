namespace HalfFull.Routing;

/// <summary>
/// Chooses the replica for one request. The host has filtered the candidates (model, health, hard fit), so there is at least one, and reserves in the same
/// critical section. A decision is a function of its inputs, the seed and the router's own state. No I/O, clock, lock or allocation.
/// </summary>
public interface IRouter
{
    /// <summary>Whether it reads <see cref="ReplicaView.CachedPromptTokens"/>: looking them up costs time.</summary>
    bool NeedsPrefixHits => false;

    /// <summary>Decides.</summary>
    /// <param name="request">The request.</param>
    /// <param name="candidates">Replicas that can take it; never empty.</param>
    /// <param name="scores">One score for each candidate to fill, lower is better, NaN for one that it did not look at; empty when nobody asked for the table.</param>
    RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores);

    /// <summary>A replica emitted the first token of a request.</summary>
    void FirstToken(Request request, int replica, TimeSpan now)
    {
    }

    /// <summary>A request left a replica.</summary>
    void Ended(in Metrics.RequestRecord record)
    {
    }
}
