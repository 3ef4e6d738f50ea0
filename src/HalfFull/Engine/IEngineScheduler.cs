using HalfFull.Engine.Victims;
using HalfFull.Queueing;

namespace HalfFull.Engine;

/// <summary>
/// Decides, once per step, how many tokens of which sequences run. It states preference; <see cref="StepPlan"/> owns all arithmetic of tokens, seats
/// and KV, so that a policy cannot over-commit anything even if it is wrong. A decision is a function of its inputs, the seed and
/// the policy's own state; state changes only in the observers. No I/O, clock, lock or allocation.
/// </summary>
public interface IEngineScheduler
{
    /// <summary>Order in which the core keeps the waiting queue; by arrival unless overridden. The same object at every call.</summary>
    IQueueOrder Order => ArrivalOrder.Instance;

    /// <summary>Who gives back blocks when a running sequence needs one and none is free; the newest admitted unless overridden.</summary>
    IVictimRule Victim => NewestAdmitted.Instance;

    /// <summary>Whether it reads <see cref="Request.PredictedOutputTokens"/>, so that it needs a predictor.</summary>
    bool NeedsPrediction => false;

    /// <summary>Plans one step.</summary>
    void Plan(in EngineSnapshot engine, StepPlan plan);

    /// <summary>A request joined the queue for the first time.</summary>
    void Arrived(Sequence sequence)
    {
    }

    /// <summary>A waiting sequence was admitted; called while the plan is made.</summary>
    void Admitted(Sequence sequence)
    {
    }

    /// <summary>A running sequence lost its blocks; called while the plan is made.</summary>
    void Preempted(Sequence sequence)
    {
    }

    /// <summary>A step ended; sequences that finished in it have been reported before.</summary>
    void StepDone(in StepReport step)
    {
    }

    /// <summary>
    /// The plan was repeated <paramref name="steps"/> times without asking, because it was held: steps that only decoded and in which nobody arrived or
    /// finished. Do here what as many calls of <see cref="Plan"/> and <see cref="StepDone"/> would have done, in the same order of floating-point operations.
    /// </summary>
    void Advanced(int steps)
    {
    }

    /// <summary>A sequence generated its last token.</summary>
    void Finished(Sequence sequence)
    {
    }

    /// <summary>A sequence left before it finished.</summary>
    void Aborted(Sequence sequence)
    {
    }
}
