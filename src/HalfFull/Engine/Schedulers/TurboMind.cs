using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.Victims;
using HalfFull.Policies;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// LMDeploy's TurboMind (src/turbomind/engine/scheduler.cc, Schedule): every pass plans all live sequences anew in order of arrival, each with the blocks of all its
/// known tokens; the latest arrivals give way. There they keep their blocks as evictable cache and resume cheaply (soft preemption). Here a preempted sequence keeps
/// only what the prefix cache keeps: the units of its prompt that have known hashes stay evictable, the rest, generated tokens included, is computed again.
/// So its preemptions cost more here than there. The second producer of a prefix waits for the first.
/// </summary>
[Policy("turbomind", "Plans all by arrival in each step and lets the latest give way, as LMDeploy's TurboMind; loses when outputs outgrow memory (here it recomputes what TurboMind keeps).")]
public sealed class TurboMind(TurboMind.Options options) : IEngineScheduler
{
    /// <inheritdoc/>
    public IVictimRule Victim { get; } = VictimRules.Create(options.Victim);

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        DecodesFirst.Decode(engine, plan);
        var unused = Math.Max(0, plan.TokensLeft - options.PrefillTokens);
        DecodesFirst.Continue(engine, plan, unused);
        if (!plan.HasPreempted)
        {
            Admit(engine, plan, unused);
        }

        // Decoding takes blocks and gives none back: whoever did not fit now does not fit until somebody finishes.
        plan.HoldFor(int.MaxValue);
    }

    private static void Admit(in EngineSnapshot engine, StepPlan plan, int unused)
    {
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0)
        {
            return;
        }

        foreach (var sequence in engine.Waiting)
        {
            if (plan.TokensLeft <= unused)
            {
                return;
            }

            if (!PrefixInProgress.Covers(engine.Limits, plan, sequence)
                && !plan.TryAdmit(sequence, engine.Limits.BlocksFor(sequence.KnownTokens), plan.TokensLeft - unused))
            {
                return;
            }
        }
    }

    /// <summary>Options, with the defaults that LMDeploy ships.</summary>
    public sealed record Options
    {
        /// <summary>Prefill tokens of a step.</summary>
        [Option("Most prefill tokens in a step (max_prefill_token_num); the engine's token budget applies too.")]
        [Range(1, 1_000_000)]
        public int PrefillTokens { get; init; } = 8192;

        /// <summary>Who gives back blocks.</summary>
        [Option(VictimRules.Summary)]
        public VictimChoice Victim { get; init; } = VictimChoice.LatestArrival;
    }
}
