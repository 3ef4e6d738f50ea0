namespace HalfFull.Gateway.Logging;

/// <summary>Decisions since somebody looked last.</summary>
/// <param name="Decisions">The newest ones, the oldest of them first.</param>
/// <param name="Next">Number of the decision that comes next.</param>
/// <param name="Skipped">How many before them are left out.</param>
internal sealed record RecentDecisions(IReadOnlyList<RecentDecision> Decisions, long Next, long Skipped);
