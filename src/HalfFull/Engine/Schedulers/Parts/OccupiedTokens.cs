namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>
/// What a sequence occupies when its next token is sampled, as LightLLM counts: known tokens and one, singly; what blocks lose in their last one is not counted.
/// Add <see cref="StepPlan.SharedTokens"/> once for all.
/// </summary>
internal static class OccupiedTokens
{
    /// <summary>Own tokens of a running sequence.</summary>
    internal static int OfRunning(Sequence sequence) => sequence.KnownTokens - sequence.SharedTokens + 1;

    /// <summary>Tokens that a waiting sequence would add, cached units that nobody uses now included: their eviction changes nothing.</summary>
    internal static int OfWaiting(EngineLimits limits, StepPlan plan, Sequence sequence)
    {
        var known = sequence.KnownTokens;
        var lost = (limits.BlocksFor(known) * limits.BlockSize) - known;
        return (plan.BlocksToHold(sequence, known) * limits.BlockSize) - lost + 1;
    }
}
