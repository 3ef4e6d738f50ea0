using HalfFull.Engine.Victims;
using HalfFull.Engine.Schedulers.Parts;
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
    private readonly Displacement displacement;

    /// <summary>One scheduler for one engine.</summary>
    public Srpt(Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Order = Ageing.Of(new SizeOrder(static entry => Remaining(entry.Request, entry.OutputTokens)), options.Age, "srpt");
        displacement = new Displacement(
            static sequence => Remaining(sequence.Request, sequence.OutputTokens),
            options.Recompute ? RecomputeSteps : static (_, _) => 0,
            static _ => false,
            int.MaxValue);
    }

    /// <inheritdoc/>
    public IQueueOrder Order { get; }

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
                if (!(Displacement.Fits(plan, sequence) || displacement.MakeRoom(engine, plan, sequence)) || !plan.TryAdmit(sequence))
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

    private static int RecomputeSteps(EngineLimits limits, Sequence victim) =>
        (victim.ComputedTokens + limits.TokenBudget - 1) / limits.TokenBudget;

    private sealed class MostRemaining : IVictimRule
    {
        public double Key(Sequence sequence) => -Remaining(sequence.Request, sequence.OutputTokens);
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Whether the steps of a recomputation count.</summary>
        [Option("Displace a sequence only if it has more left than the newcomer by more steps than its recomputation takes (false: by more than nothing).")]
        public bool Recompute { get; init; } = true;

        /// <summary>Waiting time worth one token.</summary>
        [Option(Ageing.ByOutput)]
        public TimeSpan? Age { get; init; }
    }
}
