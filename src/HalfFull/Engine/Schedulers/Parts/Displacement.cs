namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>
/// Voluntary preemption by remaining output: a newcomer that does not fit displaces running sequences that have more left than it, those with most left first,
/// as few as make room; nobody when that would not be enough.
/// </summary>
/// <param name="remaining">Predicted tokens left.</param>
/// <param name="margin">By how many tokens a victim must have more left than the newcomer.</param>
/// <param name="isExempt">Who is never displaced.</param>
/// <param name="most">Most that one newcomer may displace.</param>
internal sealed class Displacement(Func<Sequence, int> remaining, Func<EngineLimits, Sequence, int> margin, Func<Sequence, bool> isExempt, int most)
{
    /// <summary>Whether a waiting sequence fits with all its known tokens.</summary>
    internal static bool Fits(StepPlan plan, Sequence sequence) =>
        plan.SeatsLeft > 0 && plan.BlocksToHold(sequence, sequence.KnownTokens) <= plan.FreeBlocks;

    /// <summary>Makes room for the newcomer if it may.</summary>
    internal bool MakeRoom(in EngineSnapshot engine, StepPlan plan, Sequence newcomer)
    {
        var left = remaining(newcomer);
        if (!IsEnough(engine, plan, newcomer, left))
        {
            return false;
        }

        for (var displaced = 0; !Fits(plan, newcomer); displaced++)
        {
            if (displaced == most || Longest(engine, left) is not { } victim || !plan.Preempt(victim))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsEnough(in EngineSnapshot engine, StepPlan plan, Sequence newcomer, int left)
    {
        var needed = plan.BlocksToHold(newcomer, newcomer.KnownTokens) - plan.FreeBlocks;
        if (most == 1)
        {
            return Longest(engine, left) is { } only && plan.BlocksReclaimed(only, newcomer) >= needed;
        }

        var seats = 1 - plan.SeatsLeft;
        foreach (var victim in engine.Running)
        {
            if (IsWorthIt(engine.Limits, victim, left))
            {
                needed -= plan.BlocksReclaimed(victim, newcomer);
                seats--;
            }
        }

        return needed <= 0 && seats <= 0;
    }

    private Sequence? Longest(in EngineSnapshot engine, int left)
    {
        Sequence? longest = null;
        foreach (var candidate in engine.Running)
        {
            if (IsWorthIt(engine.Limits, candidate, left) && (longest is null || remaining(candidate) > remaining(longest)))
            {
                longest = candidate;
            }
        }

        return longest;
    }

    private bool IsWorthIt(EngineLimits limits, Sequence victim, int left) =>
        victim is { State: SequenceState.Running, AdmittedInPlan: false }
        && !isExempt(victim)
        && remaining(victim) - left > margin(limits, victim);
}
