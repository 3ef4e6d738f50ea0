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

        // A step that only decodes takes blocks and gives none back, seats and budget stay as they are, and so does a fixed order: the same head
        // of the queue is refused until somebody finishes.
        if (plan.HasPreempted || Admit(engine, plan, fullGate, watermark, chunkTokens))
        {
            plan.HoldFor(int.MaxValue);
        }
    }

    /// <summary>Admits, and says whether a refusal stays one while the others decode.</summary>
    private static bool Admit(in EngineSnapshot engine, StepPlan plan, bool fullGate, double watermark, int chunkTokens)
    {
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0 || plan.TokensLeft <= 0)
        {
            return true;
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
                // A first chunk behind a cached prefix needs that prefix kept. When a decode evicts the prefix, all of its blocks become free but for
                // those taken, and the chunk alone may fit.
                return fullGate || plan.CachedTokens(sequence) == 0;
            }

            anyRuns = true;
        }

        return true;
    }
}
