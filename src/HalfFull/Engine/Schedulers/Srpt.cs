using HalfFull.Engine.Victims;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// Shortest remaining output first, preemptive: a waiting request that does not fit displaces the running ones with most tokens left, if each has more left than
/// the newcomer by more steps than its recomputation takes. With an oracle it is a bound, not a system: long outputs starve.
/// </summary>
[Policy("srpt", "Shortest remaining output first with preemption, needs --predict; a bound on mean latency with an oracle, but long outputs starve.")]
public sealed class Srpt : IEngineScheduler
{
    /// <inheritdoc/>
    public IQueueOrder Order { get; } = new SizeOrder(static entry => Remaining(entry.Request, entry.OutputTokens));

    /// <inheritdoc/>
    public IVictimRule Victim { get; } = new MostRemaining();

    /// <inheritdoc/>
    public bool NeedsPrediction => true;

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        foreach (var sequence in engine.Running)
        {
            plan.TrySchedule(sequence);
        }

        if (!plan.HasPreempted && engine.Waiting.Count > 0 && plan.TokensLeft > 0)
        {
            foreach (var sequence in engine.Waiting)
            {
                if (!(Fits(plan, sequence) || Displace(engine, plan, sequence)) || !plan.TryAdmit(sequence))
                {
                    break;
                }
            }
        }

        // While all running ones decode, each comes nearer to its end and costs more to recompute, and no block is given back: a newcomer
        // that could displace nobody now cannot until somebody finishes.
        plan.HoldFor(int.MaxValue);
    }

    /// <summary>Predicted tokens left, at least 1; without a prediction, what the limit allows.</summary>
    internal static int Remaining(Request request, int outputTokens) =>
        Math.Max(1, (request.PredictedOutputTokens ?? request.MaxOutputTokens) - outputTokens);

    private static bool Fits(StepPlan plan, Sequence sequence) =>
        plan.SeatsLeft > 0 && plan.BlocksToHold(sequence, sequence.KnownTokens) <= plan.FreeBlocks;

    /// <summary>Preempts as few as make room for the newcomer, most remaining first; nobody when that would not be enough.</summary>
    private static bool Displace(in EngineSnapshot engine, StepPlan plan, Sequence newcomer)
    {
        var remaining = Remaining(newcomer.Request, newcomer.OutputTokens);
        var needed = plan.BlocksToHold(newcomer, newcomer.KnownTokens) - plan.FreeBlocks;
        var seats = 1 - plan.SeatsLeft;
        foreach (var victim in engine.Running)
        {
            if (IsWorthIt(engine.Limits, victim, remaining))
            {
                needed -= plan.BlocksReclaimed(victim, newcomer);
                seats--;
            }
        }

        if (needed > 0 || seats > 0)
        {
            return false;
        }

        while (!Fits(plan, newcomer))
        {
            if (Longest(engine, remaining) is not { } victim || !plan.Preempt(victim))
            {
                return false;
            }
        }

        return true;
    }

    private static Sequence? Longest(in EngineSnapshot engine, int remaining)
    {
        Sequence? longest = null;
        foreach (var candidate in engine.Running)
        {
            if (IsWorthIt(engine.Limits, candidate, remaining)
                && (longest is null || Remaining(candidate.Request, candidate.OutputTokens) > Remaining(longest.Request, longest.OutputTokens)))
            {
                longest = candidate;
            }
        }

        return longest;
    }

    private static bool IsWorthIt(EngineLimits limits, Sequence victim, int remaining) =>
        victim.State == SequenceState.Running
        && Remaining(victim.Request, victim.OutputTokens) - remaining > RecomputeSteps(limits, victim);

    private static int RecomputeSteps(EngineLimits limits, Sequence victim) =>
        (victim.ComputedTokens + limits.TokenBudget - 1) / limits.TokenBudget;

    private sealed class MostRemaining : IVictimRule
    {
        public double Key(Sequence sequence) => -Remaining(sequence.Request, sequence.OutputTokens);
    }
}
