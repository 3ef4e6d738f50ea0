using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.StepTime;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// FastServe (Wu et al., arXiv 2305.05920; fastserve/scheduler.py): a skip-join multi-level feedback queue. Level p has a quantum of <c>quantum</c> * 2^p; a request joins
/// the first level whose quantum holds its prefill, and falls by one when it has used its quantum up. Lower levels go first and displace higher ones. Every <c>promote-every</c> steps
/// whoever has waited for <c>promote-after</c> rises to level 0. Service is charged in modelled time, not by a clock; KV is recomputed, not swapped, so that demotions cost more than in the original.
/// </summary>
[Policy("fastserve", "Multi-level feedback by service received, joined at the level of the prefill, as FastServe; needs no predictions, but recomputes the long outputs that it keeps displacing.")]
public sealed class FastServe : IEngineScheduler
{
    private const int TopLevel = 40;
    private readonly Options options;
    private readonly ModelledTime time;
    private readonly PerSlot<Account> accounts = new();
    private readonly RankedWalk walk;
    private TimeSpan now;
    private long steps;
    private double promotedUpTo = double.NegativeInfinity;

    /// <summary>One scheduler for one engine.</summary>
    public FastServe(Options options, EngineLimits limits, IStepTimeModel stepTime)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        if (options.Quantum <= TimeSpan.Zero)
        {
            throw new PolicyException("Option 'quantum' of policy 'fastserve' must be longer than 0s.");
        }

        time = new ModelledTime(stepTime, limits);
        Order = new LevelOrder(this);
        walk = new RankedWalk(Order, options.Protect);
    }

    /// <inheritdoc/>
    public IQueueOrder Order { get; }

    /// <inheritdoc/>
    public IVictimRule Victim => walk;

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        now = engine.Now;
        foreach (var sequence in engine.Running)
        {
            Charge(sequence);
        }

        // When the plan is held over the moment of a promotion, nobody waits who could be promoted.
        if (steps % options.PromoteEvery == 0)
        {
            promotedUpTo = (now - options.PromoteAfter).Ticks;
        }

        if (walk.Plan(engine, plan))
        {
            plan.HoldFor(int.MaxValue);
        }
    }

    /// <inheritdoc/>
    public void Arrived(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        accounts[sequence.Slot] = new Account { Known = true, Level = JoinLevel(sequence.UncachedTokens), Waits = sequence.Request.Arrival };
    }

    /// <inheritdoc/>
    public void Admitted(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        ref var account = ref accounts[sequence.Slot];
        account.Work.Begin(sequence);
        if (account.Waits.Ticks <= promotedUpTo)
        {
            account.Level = 0;
            account.Seconds = 0;
        }

        account.Waits = TimeSpan.MaxValue;
    }

    /// <inheritdoc/>
    public void Preempted(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        accounts[sequence.Slot].Waits = now;
    }

    /// <inheritdoc/>
    public void StepDone(in StepReport step) => steps++;

    /// <inheritdoc/>
    public void Advanced(int steps) => this.steps += steps;

    /// <inheritdoc/>
    public void Finished(Sequence sequence) => accounts.Clear(sequence);

    /// <inheritdoc/>
    public void Aborted(Sequence sequence) => accounts.Clear(sequence);

    /// <summary>The level of a sequence that has been charged.</summary>
    internal int LevelOf(Sequence sequence) => accounts[sequence.Slot].Level;

    /// <summary>The first level whose quantum holds the prefill.</summary>
    internal int JoinLevel(int uncachedTokens)
    {
        var level = 0;
        while (level < TopLevel && Quantum(level) < uncachedTokens * time.PrefillTokenSeconds)
        {
            level++;
        }

        return level;
    }

    private double Quantum(int level) => options.Quantum.TotalSeconds * (1L << level);

    /// <summary>Charges what has been done since the last plan, step by step, and demotes.</summary>
    private void Charge(Sequence sequence)
    {
        ref var account = ref accounts[sequence.Slot];
        var (prefill, steps) = account.Work.Take(sequence, sequence.ComputedTokens);
        if (prefill > 0)
        {
            Spend(ref account, prefill * time.PrefillTokenSeconds);
        }

        for (; steps > 0; steps--)
        {
            Spend(ref account, time.DecodeStepSeconds);
        }
    }

    private void Spend(ref Account account, double seconds)
    {
        account.Seconds += seconds;
        if (account.Seconds > Quantum(account.Level) && account.Level < TopLevel)
        {
            account.Level++;
            account.Seconds = 0;
        }
    }

    /// <summary>By level, then by arrival; who has waited long enough at the last promotion, as if at level 0.</summary>
    private sealed class LevelOrder(FastServe policy) : IQueueOrder
    {
        public RankFeatures Features(in QueueEntry entry)
        {
            var account = policy.accounts[entry.Slot];
            return account.Known
                ? new RankFeatures(entry.Request.Arrival, account.Level, account.Waits.Ticks)
                : new RankFeatures(entry.Request.Arrival, policy.JoinLevel(entry.UncachedTokens), entry.Request.Arrival.Ticks);
        }

        public double Key(in RankFeatures features, int group) => features.Second <= policy.promotedUpTo ? 0 : features.First;
    }

    private struct Account
    {
        internal bool Known;
        internal int Level;
        internal double Seconds;
        internal WorkDone Work;

        /// <summary>Since when it waits; the end of time while it runs.</summary>
        internal TimeSpan Waits;
    }

    /// <summary>Options, with the defaults of the artifact.</summary>
    public sealed record Options
    {
        /// <summary>Quantum of level 0.</summary>
        [Option("Modelled service after which a request falls from level 0; it doubles with each level.")]
        public TimeSpan Quantum { get; init; } = TimeSpan.FromMilliseconds(10);

        /// <summary>Steps between promotions.</summary>
        [Option("Steps between two promotions of those that have waited long.")]
        [Range(1, int.MaxValue)]
        public int PromoteEvery { get; init; } = 1000;

        /// <summary>Waiting time after which a request is promoted.</summary>
        [Option("Waiting time after which a request is promoted to level 0.")]
        public TimeSpan PromoteAfter { get; init; } = TimeSpan.FromSeconds(3);

        /// <summary>Preemptions after which a request is protected.</summary>
        [Option(RankedWalk.ProtectSummary)]
        [Range(1, 1_000_000)]
        public int? Protect { get; init; } = RankedWalk.ProtectDefault;
    }
}
