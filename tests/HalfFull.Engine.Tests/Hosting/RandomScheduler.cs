namespace HalfFull.Engine.Tests.Hosting;

/// <summary>Does something permitted at random: chunks of any length, admissions in any number, preemptions for no reason.</summary>
internal sealed class RandomScheduler(Rng rng) : IEngineScheduler
{
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        foreach (var sequence in engine.Running)
        {
            var chance = rng.NextInt32(100);
            if (chance < 4)
            {
                plan.Preempt(sequence);
            }
            else if (chance < 90)
            {
                plan.TrySchedule(sequence, 1 + rng.NextInt32(60));
            }
        }

        foreach (var sequence in engine.Waiting)
        {
            if (rng.NextInt32(100) < 30 || !plan.TryAdmit(sequence, tokens: 1 + rng.NextInt32(60)))
            {
                return;
            }
        }
    }
}
