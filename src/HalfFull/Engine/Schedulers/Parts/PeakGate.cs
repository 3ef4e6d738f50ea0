namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>
/// Admission by the future peak with output limits for lengths, as LightLLM and S-LoRA have it: whoever runs may run to its limit, all at once. Open it once per
/// plan; ask for one candidate at a time, and no further once one was refused.
/// </summary>
internal static class PeakGate
{
    /// <summary>Adds the running sequences to the plan's peak.</summary>
    internal static void Open(in EngineSnapshot engine, StepPlan plan)
    {
        foreach (var sequence in engine.Running)
        {
            plan.Peak.Add(OccupiedTokens.OfRunning(sequence), sequence.OutputLimit - sequence.OutputTokens);
        }
    }

    /// <summary>Adds a waiting sequence; by how many tokens the peak then misses staying below capacity: it fits when this is negative.</summary>
    internal static long Excess(EngineLimits limits, StepPlan plan, Sequence sequence)
    {
        plan.Peak.Add(OccupiedTokens.OfWaiting(limits, plan, sequence), sequence.OutputLimit - sequence.OutputTokens);
        return plan.Peak.Tokens() + plan.SharedTokens - limits.KvCapacityTokens;
    }

    /// <summary>
    /// For how many steps of pure decoding a refusal stands. Each step the footprint at any future time moves one step nearer, so that the peak falls
    /// by at most one token for the newcomer and one for each running sequence that the budget leaves out.
    /// </summary>
    internal static int StepsRefused(long excess, in EngineSnapshot engine)
    {
        var idle = Math.Max(0, engine.Running.Length - engine.Limits.TokenBudget);
        return (int)Math.Min(excess / (1 + idle), int.MaxValue - 1) + 1;
    }
}
