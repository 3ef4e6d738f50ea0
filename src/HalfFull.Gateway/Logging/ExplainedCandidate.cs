namespace HalfFull.Gateway.Logging;

/// <summary>One candidate of a decision.</summary>
/// <param name="Replica">Number of the replica.</param>
/// <param name="Score">Its score, lower is better; NaN when the router did not look at it.</param>
/// <param name="PredictedTtftSeconds">Time from the dispatch to the first token there, as the gateway predicted; NaN when unknown.</param>
/// <param name="Parts">Parts of the score, in the order of their names.</param>
public sealed record ExplainedCandidate(int Replica, double Score, double PredictedTtftSeconds, IReadOnlyList<double> Parts);
