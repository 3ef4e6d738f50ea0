namespace HalfFull.Routing.Pipelines;

/// <summary>The kv-cache-utilization scorer of llm-d: the share of KV memory that is free. Where it is unknown, the mean of the others counts.</summary>
public sealed class KvUsageScorer : IReplicaScorer
{
    /// <inheritdoc/>
    public void Score(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var (sum, known) = (0.0, 0);
        for (var i = 0; i < candidates.Length; i++)
        {
            scores[i] = double.NaN;
            if (Saturation.KvUsage(candidates[i]) is { } usage)
            {
                scores[i] = usage;
                sum += usage;
                known++;
            }
        }

        var mean = known > 0 ? sum / known : 0;
        for (var i = 0; i < candidates.Length; i++)
        {
            scores[i] = 1 - (double.IsNaN(scores[i]) ? mean : scores[i]);
        }
    }
}
