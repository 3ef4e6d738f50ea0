using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.StepTime;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// Autellix (Luo et al., arXiv 2502.13965), PLAS: a call goes by the service that its whole program has attained, in levels that double, so that programs which have had
/// little go first; a call that has waited <c>starvation</c> times its program's service rises to level 0. A call counts the finished calls of its program and its own work. A request without a program is its
/// own. Service is charged in modelled time. KV is recomputed when a call is displaced. Programs are never forgotten.
/// </summary>
[Policy("autellix", "The program that has attained least service goes first, as PLAS in Autellix; short programs end early, but calls of long ones are displaced and recomputed, and it needs program ids.")]
public sealed class Autellix : IEngineScheduler
{
    private readonly Options options;
    private readonly ModelledTime time;
    private readonly Dictionary<string, double> programs = new(StringComparer.Ordinal);
    private readonly PerSlot<Account> accounts = new();
    private readonly RankedWalk walk;
    private TimeSpan now;

    /// <summary>One scheduler for one engine.</summary>
    public Autellix(Options options, EngineLimits limits, IStepTimeModel stepTime)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        if (options.Quantum <= TimeSpan.Zero)
        {
            throw new PolicyException("Option 'quantum' of policy 'autellix' must be longer than 0s.");
        }

        time = new ModelledTime(stepTime, limits);
        Order = new ServiceOrder(this);
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
            Charge(sequence, sequence.ComputedTokens);
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
        accounts[sequence.Slot] = new Account { Known = true, Program = ServiceOf(sequence.Request), Joined = sequence.Request.Arrival };
    }

    /// <inheritdoc/>
    public void Admitted(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        ref var account = ref accounts[sequence.Slot];
        account.Waited += now - account.Joined;
        account.Runs = true;
        account.Work.Begin(sequence);
    }

    /// <inheritdoc/>
    public void Preempted(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        ref var account = ref accounts[sequence.Slot];
        account.Joined = now;
        account.Runs = false;
    }

    /// <inheritdoc/>
    public void Finished(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);

        // Its KV is gone already; all but its last token had been computed.
        Charge(sequence, sequence.KnownTokens - 1);
        Leave(sequence);
    }

    /// <inheritdoc/>
    public void Aborted(Sequence sequence) => Leave(sequence);

    /// <summary>The level of an attained service: 0 up to the quantum, and one more each time it doubles.</summary>
    internal int LevelOf(double seconds)
    {
        var level = 0;
        for (var bound = options.Quantum.TotalSeconds; seconds > bound && level < 60; bound *= 2)
        {
            level++;
        }

        return level;
    }

    private double ServiceOf(Request request) => request.Program is { } program ? programs.GetValueOrDefault(program) : 0;

    private void Leave(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        if (sequence.Request.Program is { } program)
        {
            programs[program] = ServiceOf(sequence.Request) + Own(accounts[sequence.Slot]);
        }

        accounts.Clear(sequence);
    }

    private void Charge(Sequence sequence, int computedTokens)
    {
        ref var account = ref accounts[sequence.Slot];
        var (prefill, steps) = account.Work.Take(sequence, computedTokens);
        account.PrefillTokens += prefill;
        account.DecodeSteps += steps;
    }

    private double Own(in Account account) => (account.PrefillTokens * time.PrefillTokenSeconds) + (account.DecodeSteps * time.DecodeStepSeconds);

    /// <summary>By level, then by arrival; a call that has waited long enough for its program's service, as if at level 0.</summary>
    private sealed class ServiceOrder(Autellix policy) : IQueueOrder
    {
        private long now;

        public RankFeatures Features(in QueueEntry entry)
        {
            var account = policy.accounts[entry.Slot];
            var service = account.Known ? account.Program + policy.Own(account) : policy.ServiceOf(entry.Request);
            return new RankFeatures(entry.Request.Arrival, policy.LevelOf(service), PromotedAt(account, service, entry.Request.Arrival));
        }

        public void Freeze(in QueueMoment moment) => now = moment.Now.Ticks;

        public double Key(in RankFeatures features, int group) => features.Second <= now ? 0 : features.First;

        /// <summary>The time, in ticks, at which the waiting so far and to come reaches its share of the service; nobody who runs waits any longer.</summary>
        private double PromotedAt(in Account account, double service, TimeSpan arrival)
        {
            if (policy.options.Starvation is not { } ratio)
            {
                return double.MaxValue;
            }

            var missing = (long)Math.Min(ratio * service * TimeSpan.TicksPerSecond, long.MaxValue / 4) - account.Waited.Ticks;
            return account.Runs ? (missing > 0 ? double.MaxValue : 0) : missing + (account.Known ? account.Joined : arrival).Ticks;
        }
    }

    private struct Account
    {
        internal bool Known;
        internal double Program;
        internal bool Runs;
        internal TimeSpan Joined;
        internal TimeSpan Waited;
        internal long PrefillTokens;
        internal long DecodeSteps;
        internal WorkDone Work;
    }

    /// <summary>Options. The paper tunes its levels and its ratio per workload; these are ours.</summary>
    public sealed record Options
    {
        /// <summary>Service of level 0.</summary>
        [Option("Modelled service up to which a program is at level 0; it doubles with each level.")]
        public TimeSpan Quantum { get; init; } = TimeSpan.FromMilliseconds(500);

        /// <summary>Wait over service at which a call rises to level 0; null: never.</summary>
        [Option("Waiting time, as a multiple of its program's service, after which a call goes to level 0 (off: long programs may starve).")]
        [Range(0.0, 1e6)]
        public double? Starvation { get; init; } = 4;

        /// <summary>Preemptions after which a request is protected.</summary>
        [Option(RankedWalk.ProtectSummary)]
        [Range(1, 1_000_000)]
        public int? Protect { get; init; } = RankedWalk.ProtectDefault;
    }
}
