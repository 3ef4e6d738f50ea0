namespace HalfFull.Routing;

/// <summary>
/// Chooses the replica for one request. The host has filtered the candidates (model, health, hard fit, not tried before), so there is at least one, and reserves
/// in the same critical section. A decision is a function of its inputs, the seed and the router's own state. No I/O, clock, lock or allocation.
/// </summary>
public interface IRouter
{
    /// <summary>Whether it reads <see cref="ReplicaView.CachedPromptTokens"/>: looking them up costs time.</summary>
    bool NeedsPrefixHits => false;

    /// <summary>Whether it reads <see cref="ReplicaView.Sequences"/>: copying them costs time. A host that cannot look inside an engine leaves them empty.</summary>
    bool NeedsSequences => false;

    /// <summary>Whether it reads <see cref="Request.PredictedOutputTokens"/>.</summary>
    bool NeedsPrediction => false;

    /// <summary>What it has learned, as names and numbers for the summary of a run; empty when there is nothing to tell.</summary>
    IReadOnlyList<Metrics.LearnedFigure> Learned => [];

    /// <summary>Decides.</summary>
    /// <param name="request">The request.</param>
    /// <param name="candidates">Replicas that can take it; never empty.</param>
    /// <param name="scores">One score for each candidate to fill, lower is better, NaN for one that it did not look at; empty when nobody asked for the table.</param>
    RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores);

    /// <summary>A request was sent to a replica, in the same critical section as the decision.</summary>
    /// <param name="request">The request.</param>
    /// <param name="replica">The replica as it was when the decision was taken.</param>
    void Dispatched(in RouteRequest request, in ReplicaView replica)
    {
    }

    /// <summary>A replica emitted the first token of a request.</summary>
    void FirstToken(Request request, int replica, TimeSpan now)
    {
    }

    /// <summary>A request left a replica.</summary>
    void Ended(in Metrics.RequestRecord record)
    {
    }
}
