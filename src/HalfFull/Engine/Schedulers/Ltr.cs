using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// Learning to rank (Fu et al., NeurIPS 2024; vllm-ltr, vllm/core/scheduler.py): every request is scored once, and each step is filled in order of the predicted
/// length, running and waiting alike; a better-ranked newcomer displaces the last of those that decode. Whoever has not run for <c>starvation</c> steps goes before all
/// others for <c>period</c> of its steps. KV is recomputed where the original may swap it.
/// </summary>
[Policy("ltr", "Shortest predicted output first, running and waiting alike, as learning-to-rank scheduling, needs --predict; short mean latency, but recomputes whom it displaces, and long outputs wait.")]
public sealed class Ltr : IEngineScheduler
{
    private const double Ahead = 1e12; // more than any predicted length
    private readonly Options options;
    private readonly PerSlot<History> histories = new();
    private readonly RankedWalk walk;
    private long steps = 1;
    private int advanced;

    /// <summary>One scheduler for one engine.</summary>
    public Ltr(Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        Order = new StarvationOrder(this);
        walk = new RankedWalk(Order, options.Protect);
    }

    /// <inheritdoc/>
    public IQueueOrder Order { get; }

    /// <inheritdoc/>
    public IVictimRule Victim => walk;

    /// <inheritdoc/>
    public bool NeedsPrediction => true;

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        if (advanced > 0)
        {
            // The plan was held: everybody ran.
            foreach (var sequence in engine.Running)
            {
                ref var history = ref histories[sequence.Slot];
                history.LastRun = steps - 1;
                history.Boost = Math.Max(0, history.Boost - advanced);
            }

            advanced = 0;
        }

        var holds = walk.Plan(engine, plan);
        foreach (var sequence in plan.Scheduled)
        {
            ref var history = ref histories[sequence.Slot];
            history.Boost = IsStarving(history.LastRun) ? options.Period : history.Boost;
            history.Boost = Math.Max(0, history.Boost - 1);
            history.LastRun = steps;
        }

        if (holds)
        {
            plan.HoldFor(int.MaxValue);
        }
    }

    /// <inheritdoc/>
    public void Arrived(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        histories[sequence.Slot].LastRun = steps;
    }

    /// <inheritdoc/>
    public void StepDone(in StepReport step) => steps++;

    /// <inheritdoc/>
    public void Advanced(int steps)
    {
        this.steps += steps;
        advanced += steps;
    }

    /// <inheritdoc/>
    public void Finished(Sequence sequence) => histories.Clear(sequence);

    /// <inheritdoc/>
    public void Aborted(Sequence sequence) => histories.Clear(sequence);

    private bool IsStarving(double lastRun) => lastRun > 0 && steps - lastRun > options.Starvation;

    /// <summary>By predicted length; those that starve, or did and are still ahead, before all others.</summary>
    private sealed class StarvationOrder(Ltr ltr) : IQueueOrder
    {
        public RankFeatures Features(in QueueEntry entry)
        {
            var history = ltr.histories[entry.Slot];
            return new RankFeatures(
                entry.Request.Arrival,
                Srpt.Remaining(entry.Request, 0),
                history.Boost > 0 ? 0 : 1,
                history.LastRun > 0 ? history.LastRun : ltr.steps);
        }

        /// <summary>It falls when the last run lies further back, so that it never falls when a feature grows.</summary>
        public double Key(in RankFeatures features, int group) =>
            features.Second == 0 || ltr.IsStarving(features.Third) ? features.First - Ahead : features.First;
    }

    private record struct History
    {
        /// <summary>Step in which it last ran, or in which it arrived; 0: unknown.</summary>
        public long LastRun { get; set; }

        /// <summary>Steps for which it still goes ahead.</summary>
        public int Boost { get; set; }
    }

    /// <summary>Options, with the values of the paper's benchmarks.</summary>
    public sealed record Options
    {
        /// <summary>Steps without running after which a sequence goes ahead; null: never.</summary>
        [Option("Steps without running after which a sequence goes before all others (off: long outputs may starve).")]
        [Range(1, int.MaxValue)]
        public int? Starvation { get; init; } = 200;

        /// <summary>Steps for which it then goes ahead.</summary>
        [Option("Steps for which it then goes before all others.")]
        [Range(1, int.MaxValue)]
        public int Period { get; init; } = 10;

        /// <summary>Preemptions after which a request is protected.</summary>
        [Option(RankedWalk.ProtectSummary)]
        [Range(1, 1_000_000)]
        public int? Protect { get; init; } = RankedWalk.ProtectDefault;
    }
}
