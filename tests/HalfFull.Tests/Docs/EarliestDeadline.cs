using HalfFull.Engine;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Tests.Docs;

/// <summary>Earliest deadline first; requests without a deadline go last, by arrival. Loses when deadlines are hopeless: it then serves the late before the savable.</summary>
[Policy("edf", "Earliest deadline first; loses when deadlines cannot be met, because it then serves the late before the savable.")]
public sealed class EarliestDeadline : IEngineScheduler
{
    /// <inheritdoc/>
    public IQueueOrder Order { get; } = new SizeOrder(static entry => entry.Request.Deadline?.TotalSeconds ?? double.PositiveInfinity);

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        foreach (var sequence in engine.Running)
        {
            plan.TrySchedule(sequence);
        }

        if (plan.HasPreempted)
        {
            return;
        }

        foreach (var sequence in engine.Waiting)
        {
            if (plan.BlocksToHold(sequence, sequence.KnownTokens) > plan.FreeBlocks || !plan.TryAdmit(sequence))
            {
                break;
            }
        }

        // Deadlines do not move and decoding frees no blocks: whoever was refused stays refused until somebody finishes.
        plan.HoldFor(int.MaxValue);
    }
}
