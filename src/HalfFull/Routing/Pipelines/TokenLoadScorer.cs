namespace HalfFull.Routing.Pipelines;

/// <summary>The token-load scorer of llm-d: one minus prompt tokens in flight, each with an expected output of 1.5 times, over 4,194,304.</summary>
public sealed class TokenLoadScorer : IReplicaScorer
{
    private const double MostTokens = 4_194_304;
    private const double OutputRatio = 1.5;

    /// <inheritdoc/>
    public void Score(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        for (var i = 0; i < candidates.Length; i++)
        {
            scores[i] = 1 - Math.Min(1, candidates[i].InFlightPromptTokens * (1 + OutputRatio) / MostTokens);
        }
    }
}
