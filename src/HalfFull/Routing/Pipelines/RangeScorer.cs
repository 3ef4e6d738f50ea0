namespace HalfFull.Routing.Pipelines;

/// <summary>
/// The queue and the running-requests scorers of llm-d: the highest count gets 0, the lowest 1, and all get 1 when they are equal. So one request waiting against none
/// is as bad as a hundred against none. Where nothing was reported the host's own requests in flight count.
/// </summary>
public sealed class RangeScorer(RangeScorer.Count count) : IReplicaScorer
{
    /// <inheritdoc/>
    public void Score(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var (low, high) = (int.MaxValue, int.MinValue);
        for (var i = 0; i < candidates.Length; i++)
        {
            var value = Of(candidates[i]);
            low = Math.Min(low, value);
            high = Math.Max(high, value);
            scores[i] = value;
        }

        for (var i = 0; i < candidates.Length; i++)
        {
            scores[i] = high > low ? (high - scores[i]) / ((double)high - low) : 1;
        }
    }

    private int Of(in ReplicaView view) => (count == Count.Waiting ? view.Waiting : view.Running) ?? view.InFlightRequests;

    /// <summary>What is counted.</summary>
    public enum Count
    {
        /// <summary>Requests waiting.</summary>
        Waiting,

        /// <summary>Requests running.</summary>
        Running,
    }
}
