namespace HalfFull.Load.Plans;

/// <summary>A job with everything that the client will do to it, drawn before the run so that it does not depend on the server.</summary>
/// <param name="Job">Prompt and output lengths, tenant, prefix hashes.</param>
/// <param name="Due">When it is to be sent; in a closed loop, when a slot becomes free, which only the run knows.</param>
/// <param name="CancelAfterTokens">The client hangs up after this many token events; 0 when it does not.</param>
/// <param name="IsSlowReader">Whether the client pauses between reads.</param>
public readonly record struct PlannedRequest(Job Job, TimeSpan Due, int CancelAfterTokens, bool IsSlowReader);
