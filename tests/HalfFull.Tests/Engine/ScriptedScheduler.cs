using HalfFull.Engine;
using HalfFull.Engine.Victims;
using HalfFull.Queueing;

namespace HalfFull.Tests.Engine;

internal delegate void PlanStep(in EngineSnapshot engine, StepPlan plan);

/// <summary>A scheduler that does what the test says, in order of arrival. What it is told is kept as "event id".</summary>
internal sealed class ScriptedScheduler(PlanStep? script = null) : IEngineScheduler
{
    /// <summary>The step of the next plans; without one nothing is scheduled.</summary>
    internal PlanStep Script { get; set; } = script ?? Nothing;

    internal List<string> Heard { get; } = [];

    public IQueueOrder Order { get; } = new ArrivalOrder();

    public IVictimRule Victim { get; init; } = new NewestAdmitted();

    public void Plan(in EngineSnapshot engine, StepPlan plan) => Script(engine, plan);

    public void Arrived(Sequence sequence) => Heard.Add($"arrived {sequence.Request.Id}");

    public void Admitted(Sequence sequence) => Heard.Add($"admitted {sequence.Request.Id}");

    public void Preempted(Sequence sequence) => Heard.Add($"preempted {sequence.Request.Id}");

    public void Finished(Sequence sequence) => Heard.Add($"finished {sequence.Request.Id}");

    public void Aborted(Sequence sequence) => Heard.Add($"aborted {sequence.Request.Id}");

    internal static void Nothing(in EngineSnapshot engine, StepPlan plan)
    {
    }

    /// <summary>Runs what runs and admits what fits, in order.</summary>
    internal static void Everything(in EngineSnapshot engine, StepPlan plan)
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
            if (!plan.TryAdmit(sequence))
            {
                return;
            }
        }
    }
}
