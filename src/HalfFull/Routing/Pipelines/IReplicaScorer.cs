namespace HalfFull.Routing.Pipelines;

/// <summary>One opinion in a <see cref="WeightedPipeline"/>: how good each candidate is, from 0 to 1, higher is better.</summary>
public interface IReplicaScorer
{
    /// <summary>Whether it reads <see cref="ReplicaView.CachedPromptTokens"/>.</summary>
    bool NeedsPrefixHits => false;

    /// <summary>Scores every candidate.</summary>
    /// <param name="request">The request.</param>
    /// <param name="candidates">The replicas.</param>
    /// <param name="scores">Filled with one number from 0 to 1 for each.</param>
    void Score(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores);
}
