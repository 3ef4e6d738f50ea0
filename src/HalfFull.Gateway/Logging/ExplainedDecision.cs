using HalfFull.Routing;

namespace HalfFull.Gateway.Logging;

/// <summary>One choice of a router, with the table that it was made from.</summary>
/// <param name="Router">Name and options of the router.</param>
/// <param name="Now">When it chose.</param>
/// <param name="Attempt">0 for the first try.</param>
/// <param name="Kind">What it decided.</param>
/// <param name="Chosen">Replica that it chose; -1 for none.</param>
/// <param name="Reason">Its reason; null when the log does not tell.</param>
/// <param name="PartNames">Names of the parts of a score.</param>
/// <param name="Candidates">The candidates in their order; empty when they are not kept any more.</param>
public sealed record ExplainedDecision(
    string Router, TimeSpan Now, int Attempt, RouteKind Kind, int Chosen, string? Reason, IReadOnlyList<string> PartNames, IReadOnlyList<ExplainedCandidate> Candidates);
