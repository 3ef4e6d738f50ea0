using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.StepTime;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// SLAI (arXiv 2508.01002): while there are prompts to compute, a decode is put off until the last step in which its token can still come within the bound on the time between
/// tokens; the budget goes to prefills, the shortest prompt first. Above a share of memory in use nobody is admitted. It needs a model of step times.
/// </summary>
[Policy("slai", "Puts decodes off to their last permitted moment and prefills the shortest prompts meanwhile, as SLAI; short waits within a token bound, but long prompts starve and every token comes late.")]
public sealed class Slai : IEngineScheduler
{
    private readonly Options options;
    private readonly IStepTimeModel stepTime;

    /// <summary>One scheduler for one engine.</summary>
    public Slai(Options options, IStepTimeModel stepTime)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(stepTime);
        this.options = options;
        this.stepTime = stepTime;
        Order = Ageing.Of(new SizeOrder(static entry => entry.UncachedTokens), options.Age, "slai");
    }

    /// <inheritdoc/>
    public IQueueOrder Order { get; }

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        var longest = LongestStep(engine);
        foreach (var sequence in engine.Running)
        {
            // If it does not run now, its token comes at the end of the next step at the earliest.
            if (sequence.IsDecoding && engine.Now + (2 * longest) > sequence.LastToken + options.Tbt)
            {
                plan.TrySchedule(sequence);
            }
        }

        var prefills = ContinueShortest(engine, plan);
        prefills |= !plan.HasPreempted && Admit(engine, plan);
        if (!prefills)
        {
            DecodesFirst.Decode(engine, plan);
        }
    }

    /// <summary>A step of all decodes and a full budget of prefill.</summary>
    private TimeSpan LongestStep(in EngineSnapshot engine)
    {
        var decodes = 0;
        var tokens = 0L;
        foreach (var sequence in engine.Running)
        {
            decodes += sequence.IsDecoding ? 1 : 0;
            tokens += sequence.IsDecoding ? sequence.KnownTokens : 0;
        }

        return stepTime.Predict(StepShape.Decode(decodes, tokens).WithChunk(engine.Limits.TokenBudget, 0));
    }

    private static bool ContinueShortest(in EngineSnapshot engine, StepPlan plan)
    {
        var any = false;
        while (plan.TokensLeft > 0)
        {
            Sequence? shortest = null;
            foreach (var sequence in engine.Running)
            {
                if (sequence is { State: SequenceState.Running, IsDecoding: false, ScheduledTokens: 0 }
                    && (shortest is null || sequence.RemainingTokens < shortest.RemainingTokens))
                {
                    shortest = sequence;
                }
            }

            if (shortest is null || !plan.TrySchedule(shortest))
            {
                return any;
            }

            any = true;
        }

        return any;
    }

    private bool Admit(in EngineSnapshot engine, StepPlan plan)
    {
        if (engine.Waiting.Count == 0 || plan.SeatsLeft <= 0 || plan.TokensLeft <= 0)
        {
            return false;
        }

        var kept = engine.Limits.KvBlocks - (int)(options.Memory * engine.Limits.KvBlocks);
        var anyRuns = !engine.Running.IsEmpty;
        var any = false;
        foreach (var sequence in engine.Waiting)
        {
            if ((anyRuns && !WholePrompt.Fits(plan, sequence, kept)) || !plan.TryAdmit(sequence))
            {
                break;
            }

            any = true;
            anyRuns = true;
        }

        return any;
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Bound on the time between two tokens.</summary>
        [Option("Bound on the time between two tokens of a request.")]
        public TimeSpan Tbt { get; init; } = TimeSpan.FromMilliseconds(100);

        /// <summary>Share of memory above which nobody is admitted.</summary>
        [Option("Share of the KV cache that admissions may fill.")]
        [Range(0.01, 1.0)]
        public double Memory { get; init; } = 0.9;

        /// <summary>Waiting time worth one token.</summary>
        [Option(Ageing.ByPrompt)]
        public TimeSpan? Age { get; init; }
    }
}
