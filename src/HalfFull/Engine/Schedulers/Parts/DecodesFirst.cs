namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>Steps that many systems share: one token for each sequence that decodes, then the rest of the prompts already begun.</summary>
internal static class DecodesFirst
{
    /// <summary>Schedules every decode, in order of admission.</summary>
    internal static void Decode(in EngineSnapshot engine, StepPlan plan)
    {
        foreach (var sequence in engine.Running)
        {
            if (sequence.IsDecoding)
            {
                plan.TrySchedule(sequence);
            }
        }
    }

    /// <summary>Continues partial prefills, in order of admission, while more than <paramref name="unused"/> tokens of the budget are left.</summary>
    /// <returns>Whether any was scheduled.</returns>
    internal static bool Continue(in EngineSnapshot engine, StepPlan plan, int unused = 0)
    {
        var any = false;
        foreach (var sequence in engine.Running)
        {
            any |= !sequence.IsDecoding && plan.TokensLeft > unused && plan.TrySchedule(sequence, plan.TokensLeft - unused);
        }

        return any;
    }
}
