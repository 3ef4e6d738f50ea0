namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>
/// The step of vLLM V1 (v1/core/sched/scheduler.py): running sequences in list order, each as many tokens as it still has to compute; then, unless
/// somebody was preempted, waiting ones in queue order until the first that does not fit.
/// </summary>
internal static class RunThenAdmit
{
    /// <summary>Plans a step.</summary>
    /// <param name="engine">What the scheduler sees.</param>
    /// <param name="plan">The plan to fill.</param>
    /// <param name="fullGate">Whether all known tokens of a waiting sequence must fit now, not only its first chunk.</param>
    /// <param name="watermark">Share of the pool that an admission must leave free, while something runs.</param>
    /// <param name="chunkTokens">Most tokens of one sequence in a step.</param>
    internal static void Plan(in EngineSnapshot engine, StepPlan plan, bool fullGate, double watermark, int chunkTokens)
    {
        foreach (var sequence in engine.Running)
        {
            plan.TrySchedule(sequence, chunkTokens);
        }

        var refused = plan.HasPreempted ? null : Admit(engine, plan, fullGate, watermark, chunkTokens);

        // With the full gate an evicted prefix unit of the head leaves its need as it was: seats, budget and a fixed order stay the same too.
        Refusal.HoldByChunk(plan, fullGate ? null : refused);
    }

    /// <summary>Admits while they fit; returns the first for which there were not enough blocks, null when there is none.</summary>
    private static Sequence? Admit(in EngineSnapshot engine, StepPlan plan, bool fullGate, double watermark, int chunkTokens)
    {
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0 || plan.TokensLeft <= 0)
        {
            return null;
        }

        var kept = (int)(watermark * engine.Limits.KvBlocks);
        var anyRuns = !engine.Running.IsEmpty;
        foreach (var sequence in engine.Waiting)
        {
            var free = plan.FreeBlocks - (anyRuns ? kept : 0);
            var firstChunk = Math.Min(Math.Min(chunkTokens, plan.TokensLeft), sequence.KnownTokens - plan.CachedTokens(sequence));
            var tokens = fullGate ? sequence.KnownTokens : plan.CachedTokens(sequence) + firstChunk;
            if (plan.BlocksToHold(sequence, tokens) > free || !plan.TryAdmit(sequence, tokens: chunkTokens))
            {
                return sequence;
            }

            anyRuns = true;
        }

        return null;
    }
}
