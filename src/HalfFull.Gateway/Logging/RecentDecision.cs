using HalfFull.Routing;

namespace HalfFull.Gateway.Logging;

/// <summary>One choice of a router in short.</summary>
/// <param name="Id">The request.</param>
/// <param name="Request">The request itself; null when it is not kept any more.</param>
/// <param name="Now">When the router chose.</param>
/// <param name="Attempt">0 for the first try.</param>
/// <param name="Kind">What it decided.</param>
/// <param name="Chosen">Replica that it chose; -1 for none.</param>
/// <param name="Reason">Its reason; null when it gave none.</param>
/// <param name="Candidates">How many replicas it could choose from.</param>
internal sealed record RecentDecision(long Id, Request? Request, TimeSpan Now, int Attempt, RouteKind Kind, int Chosen, string? Reason, int Candidates);
