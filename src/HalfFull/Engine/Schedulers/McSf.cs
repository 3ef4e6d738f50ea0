using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// MC-SF (Jaillet et al., arXiv 2502.07115): all running ones go on; waiting ones are admitted by predicted output, the shortest first, while at every predicted
/// completion the footprint of all stays within memory (<see cref="FuturePeak"/>); the first that does not fit stops the rest. Whole prompts beside decodes.
/// With exact predictions nobody is preempted; where a prediction falls short the newest is. Long outputs starve while shorter ones keep coming.
/// </summary>
[Policy("mc-sf", "Shortest predicted output first, as many as memory will hold to their ends, needs --predict; near-optimal mean latency for alike prompts, but long outputs starve.")]
public sealed class McSf(McSf.Options options) : IEngineScheduler
{
    /// <inheritdoc/>
    public IQueueOrder Order { get; } = Ageing.Of(new SizeOrder(static entry => Srpt.Remaining(entry.Request, 0)), options.Age, "mc-sf");

    /// <inheritdoc/>
    public bool NeedsPrediction => true;

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        DecodesFirst.Decode(engine, plan);
        var prefills = DecodesFirst.Continue(engine, plan);
        plan.HoldFor(plan.HasPreempted ? 1 : Admit(engine, plan, prefills));
    }

    /// <summary>Returns for how many steps of pure decoding the refusal of the first one stands.</summary>
    private int Admit(in EngineSnapshot engine, StepPlan plan, bool prefills)
    {
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0 || plan.TokensLeft <= 0)
        {
            return int.MaxValue;
        }

        var limits = engine.Limits;
        var room = (long)((1 - options.Margin) * limits.KvCapacityTokens);
        var anyRuns = !engine.Running.IsEmpty;
        foreach (var sequence in engine.Running)
        {
            plan.Peak.Add(OccupiedTokens.OfRunning(sequence) - 1, Srpt.Remaining(sequence.Request, sequence.OutputTokens));
        }

        foreach (var sequence in engine.Waiting)
        {
            plan.Peak.Add(OccupiedTokens.OfWaiting(limits, plan, sequence) - 1, Srpt.Remaining(sequence.Request, sequence.OutputTokens));
            var excess = anyRuns ? plan.Peak.Tokens() + plan.SharedTokens - room : 0;
            if (excess > 0
                || !WholePrompt.FitsStep(plan, sequence, prefills)
                || !plan.TryAdmit(sequence, limits.BlocksFor(sequence.KnownTokens)))
            {
                return excess > 0 ? PeakGate.StepsRefused(excess - 1, engine) : int.MaxValue;
            }

            prefills = true;
            anyRuns = true;
        }

        return int.MaxValue;
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Share of memory kept for errors of prediction.</summary>
        [Option("Share of the KV cache that is kept for errors of prediction.")]
        [Range(0.0, 0.9)]
        public double Margin { get; init; }

        /// <summary>Waiting time worth one token.</summary>
        [Option(Ageing.ByOutput)]
        public TimeSpan? Age { get; init; }
    }
}
