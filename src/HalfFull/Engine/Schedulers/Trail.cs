using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Policies;
using HalfFull.Prediction;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// TRAIL (Shahout et al., arXiv 2410.01035; sglang.patch of its artifact): shortest predicted remaining output first, the prediction refreshed every few tokens, with
/// limited preemption: a running sequence may be displaced only while it has generated at most C times its first prediction. A newcomer that does not fit
/// displaces one, that with most left. Past the cutoff nobody is displaced for a newcomer, and whoever is preempted there for want of memory comes back first; the patch puts it last. Where the patch swaps to the
/// prefix cache, the KV is recomputed here. Steps are mixed; the patch's are those of SGLang.
/// </summary>
[Policy("trail", "Shortest predicted remaining output first, displaced only early in its output, as TRAIL, needs --predict; short mean latency with few recomputations, but long outputs starve.")]
public sealed class Trail : IEngineScheduler
{
    private readonly Options options;
    private readonly ILengthPredictor predictor;
    private readonly Displacement displacement;
    private readonly PerSlot<Prediction> predictions = new();

    /// <summary>One scheduler for one engine.</summary>
    public Trail(Options options, ILengthPredictor predictor)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(predictor);
        this.options = options;
        this.predictor = predictor;
        Order = Ageing.Of(new SizeOrder(entry => Key(entry.Request, entry.Slot, entry.OutputTokens)), options.Age, "trail");
        displacement = new Displacement(
            sequence => Remaining(sequence.Request, sequence.Slot, sequence.OutputTokens),
            (_, _) => options.Margin,
            sequence => IsPastCutoff(sequence.Request, sequence.OutputTokens) || sequence.Preemptions >= options.Protect,
            options.Displaced);
        Victim = new MostRemaining(this);
    }

    /// <inheritdoc/>
    public IQueueOrder Order { get; }

    /// <inheritdoc/>
    public IVictimRule Victim { get; }

    /// <inheritdoc/>
    public bool NeedsPrediction => true;

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        var steps = Refresh(engine);
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

        // Until a prediction is refreshed those that run only come nearer to their ends and to their cutoffs: whoever could displace nobody still cannot.
        plan.HoldFor(steps);
    }

    /// <inheritdoc/>
    public void Finished(Sequence sequence) => predictions.Clear(sequence);

    /// <inheritdoc/>
    public void Aborted(Sequence sequence) => predictions.Clear(sequence);

    /// <summary>Asks the predictor about those that have generated enough since the last time.</summary>
    /// <returns>Steps until the next time.</returns>
    private int Refresh(in EngineSnapshot engine)
    {
        var steps = int.MaxValue;
        foreach (var sequence in engine.Running)
        {
            ref var prediction = ref predictions[sequence.Slot];
            var due = sequence.OutputTokens / options.Refresh * options.Refresh;
            if (due > prediction.RefreshedAt)
            {
                prediction = new Prediction(predictor.Refine(sequence.Request, sequence.OutputTokens), due);
            }

            steps = Math.Min(steps, due + options.Refresh - sequence.OutputTokens);
        }

        return steps;
    }

    private int Remaining(Request request, int slot, int outputTokens)
    {
        var refined = predictions[slot];
        return refined.RefreshedAt == 0 ? Srpt.Remaining(request, outputTokens) : Math.Max(1, refined.OutputTokens - outputTokens);
    }

    private double Key(Request request, int slot, int outputTokens) => IsPastCutoff(request, outputTokens) ? 0 : Remaining(request, slot, outputTokens);

    private bool IsPastCutoff(Request request, int outputTokens) => outputTokens > options.C * Srpt.Remaining(request, 0);

    private readonly record struct Prediction(int OutputTokens, int RefreshedAt);

    private sealed class MostRemaining(Trail trail) : IVictimRule
    {
        public double Key(Sequence sequence) => -trail.Key(sequence.Request, sequence.Slot, sequence.OutputTokens);
    }

    /// <summary>Options, with the defaults of the patch; its launcher ships c=0, which only orders the queue.</summary>
    public sealed record Options
    {
        /// <summary>Share of the first prediction up to which a sequence may be displaced.</summary>
        [Option("A sequence may be displaced until it has generated this many times its first prediction (0: never; inf: always).")]
        [Range(0.0, double.PositiveInfinity)]
        public double C { get; init; } = 0.8;

        /// <summary>Tokens by which a victim must have more left.</summary>
        [Option("Tokens by which a sequence must have more left than the newcomer to be displaced.")]
        [Range(0, 1_000_000)]
        public int Margin { get; init; }

        /// <summary>Tokens between two refreshes.</summary>
        [Option("Output tokens after which the prediction is refreshed.")]
        [Range(1, 1_000_000)]
        public int Refresh { get; init; } = 8;

        /// <summary>Most that one newcomer displaces.</summary>
        [Option("Most sequences that one newcomer may displace.")]
        [Range(1, 1_000_000)]
        public int Displaced { get; init; } = 1;

        /// <summary>Preemptions after which a sequence is protected.</summary>
        [Option("Preemptions after which a sequence is no longer displaced by newcomers (off: no such protection).")]
        [Range(1, 1_000_000)]
        public int? Protect { get; init; }

        /// <summary>Waiting time worth one token.</summary>
        [Option(Ageing.ByOutput)]
        public TimeSpan? Age { get; init; }
    }
}
