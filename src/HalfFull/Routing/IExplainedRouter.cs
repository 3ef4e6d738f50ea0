namespace HalfFull.Routing;

/// <summary>A router whose scores have parts that mean something to people.</summary>
public interface IExplainedRouter : IRouter
{
    /// <summary>Names of the parts with their units, such as <c>queuedPrefillSeconds</c>; always the same ones in the same order, at most eight.</summary>
    IReadOnlyList<string> ScoreParts { get; }

    /// <summary>Fills the parts of every candidate's score, candidate by candidate; NaN for a part that does not count. Changes no state.</summary>
    /// <param name="request">The request.</param>
    /// <param name="candidates">Replicas that can take it.</param>
    /// <param name="parts">Room for <see cref="ScoreParts"/> of every candidate.</param>
    void Explain(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> parts);
}
