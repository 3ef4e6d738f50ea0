using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Victims;
using HalfFull.Policies;
using HalfFull.Prediction;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// LARRY (our own reading of arXiv 2410.17840, not its authors' formulas): runs a request when it has waited longer than the delay it would impose on
/// the others, and admits it when memory will probably suffice. Short mean waits with bounded overtaking; the longest prompts pay, and where memory is short and outputs are too, it preempts more than
/// a gate that keeps a reserve.
/// </summary>
[Policy("larry", "Runs whoever has waited longer than the delay it imposes on others, admits by expected memory (our reading of LARRY); the longest prompts wait longer.")]
public sealed class Larry : IEngineScheduler
{
    private const double PressureSmoothing = 0.02;
    private const double NoPressure = 1e-12; // below this the average counts as 0, lest it decay into denormal numbers
    private readonly Options options;
    private readonly TenantOutputs outputs;
    private readonly LarryGroups groups;
    private readonly LarryOrder order;
    private readonly LarryGate gate;
    private Sequence[] partials = new Sequence[8];
    private int partialCount;
    private double? refusal;

    /// <summary>One scheduler for one engine.</summary>
    public Larry(Options options, EngineRates rates)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        outputs = new TenantOutputs(options.Prior);
        groups = new LarryGroups(options, outputs);
        order = new LarryOrder(options, outputs, groups, rates);
        gate = new LarryGate(options, outputs);
        Victim = VictimRules.Create(options.Victim);
    }

    /// <inheritdoc/>
    public IQueueOrder Order => order;

    /// <inheritdoc/>
    public IVictimRule Victim { get; }

    /// <inheritdoc/>
    public bool NeedsPrediction => options.Gate == GateRule.Oracle;

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        partialCount = 0;
        foreach (var sequence in engine.Running)
        {
            if (sequence.IsDecoding)
            {
                plan.TrySchedule(sequence);
            }
            else
            {
                AddPartial(sequence);
            }
        }

        var waiting = engine.Waiting.GetEnumerator();
        SortPartials();
        refusal = engine.Waiting.Count == 0 ? 0 : null;
        if (!options.Yield || plan.HasPreempted)
        {
            SchedulePartials(plan, partialCount);
        }

        if (!plan.HasPreempted)
        {
            Prefill(engine, plan, ref waiting);
        }

        SchedulePartials(plan, partialCount);

        groups.Planned(plan);

        // Held while nobody waits, or while those who wait are not even asked about: then only the pressure moves, and Advanced replays it.
        if (refusal is null or 0)
        {
            plan.HoldFor(int.MaxValue);
        }
    }

    /// <inheritdoc/>
    public void Arrived(Sequence sequence)
    {
        groups.Arrived(sequence);
        order.Arrived(sequence);
    }

    /// <inheritdoc/>
    public void Admitted(Sequence sequence)
    {
        groups.Admitted(sequence);
        order.Admitted(sequence);
    }

    /// <inheritdoc/>
    public void Preempted(Sequence sequence) => groups.Preempted(sequence);

    /// <inheritdoc/>
    public void Aborted(Sequence sequence)
    {
        groups.Aborted(sequence);
        order.Left(sequence);
    }

    /// <inheritdoc/>
    public void StepDone(in StepReport step)
    {
        groups.Decoded(1);
        AveragePressure();
    }

    /// <inheritdoc/>
    public void Advanced(int steps)
    {
        groups.Decoded(steps);
        for (var i = 0; i < steps && refusal is not null && order.MemoryPressure > 0; i++)
        {
            AveragePressure();
        }
    }

    /// <inheritdoc/>
    public void Finished(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        order.Left(sequence);
        outputs.Finished(options.Tenants ? outputs.IndexOf(sequence.Request.Tenant) : 0, sequence.OutputTokens);
    }

    /// <summary>Partial prefills and waiting sequences compete on W - P, until the budget is used, the gate refuses or too many are partial.</summary>
    private void Prefill(in EngineSnapshot engine, StepPlan plan, ref WaitingQueue<Sequence>.Enumerator waiting)
    {
        if (plan.TokensLeft <= 0 || plan.SeatsLeft <= 0 || !waiting.MoveNext())
        {
            return;
        }

        var next = options.Yield ? 0 : partialCount; // without yield all have had their turn, and with budget left none is partial any more
        var newPartials = 0;
        var newPartialBlocks = 0;
        gate.Open(engine);
        while (plan.TokensLeft > 0 && plan.SeatsLeft > 0 && !plan.HasPreempted)
        {
            var newcomer = waiting.Current;
            if (next < partialCount && GoesBefore(partials[next], newcomer))
            {
                plan.TrySchedule(partials[next++]);
                continue;
            }

            var leavesPartial = newcomer.KnownTokens - plan.CachedTokens(newcomer) > plan.TokensLeft;
            if (leavesPartial && partialCount - next + newPartials >= options.Partials)
            {
                if (next == partialCount)
                {
                    return;
                }

                // Too many are partial: finishing one of them may make room for the newcomer in this very step.
                plan.TrySchedule(partials[next++]);
                continue;
            }

            var admitted = gate.TryAdmit(engine, plan, newcomer, BlocksOfPartials(plan) + newPartialBlocks);
            refusal = admitted ? refusal ?? 0 : 1;
            if (!admitted)
            {
                return;
            }

            newPartials += leavesPartial ? 1 : 0;
            newPartialBlocks += plan.BlocksToComplete(newcomer);
            if (!waiting.MoveNext())
            {
                return;
            }
        }
    }

    /// <summary>Blocks that partial prefills of earlier steps still need for the rest of their prompts.</summary>
    private int BlocksOfPartials(StepPlan plan)
    {
        var blocks = 0;
        for (var i = 0; i < partialCount; i++)
        {
            blocks += plan.BlocksToComplete(partials[i]);
        }

        return blocks;
    }

    private void SchedulePartials(StepPlan plan, int count)
    {
        for (var i = 0; i < count && plan.TokensLeft > 0; i++)
        {
            plan.TrySchedule(partials[i]);
        }
    }

    private void AddPartial(Sequence sequence)
    {
        if (partialCount == partials.Length)
        {
            Array.Resize(ref partials, partialCount * 2);
        }

        partials[partialCount++] = sequence;
    }

    /// <summary>By the order of the queue, which the enumeration has frozen; there are rarely more than two.</summary>
    private void SortPartials()
    {
        for (var i = 1; i < partialCount; i++)
        {
            var moving = partials[i];
            var j = i;
            for (; j > 0 && GoesBefore(moving, partials[j - 1]); j--)
            {
                partials[j] = partials[j - 1];
            }

            partials[j] = moving;
        }
    }

    private bool GoesBefore(Sequence a, Sequence b)
    {
        var keyOfA = Key(a);
        var keyOfB = Key(b);
        if (keyOfA != keyOfB)
        {
            return keyOfA < keyOfB;
        }

        return a.Request.Arrival != b.Request.Arrival ? a.Request.Arrival < b.Request.Arrival : a.Request.Id < b.Request.Id;
    }

    private double Key(Sequence sequence)
    {
        var entry = new QueueEntry(sequence.Request, sequence.UncachedTokens, sequence.OutputTokens) { Slot = sequence.Slot };
        return order.Key(order.Features(entry), order.Group(entry));
    }

    private void AveragePressure()
    {
        if (refusal is { } refused)
        {
            var pressure = order.MemoryPressure + (PressureSmoothing * (refused - order.MemoryPressure));
            order.MemoryPressure = pressure < NoPressure ? 0 : pressure;
        }
    }

    /// <summary>How waiting requests are ordered.</summary>
    public enum Ordering
    {
        /// <summary>By W - P.</summary>
        Larry,

        /// <summary>By arrival.</summary>
        Fcfs,

        /// <summary>By cost, the smallest first.</summary>
        Shortest,

        /// <summary>By W / cost, the largest first: highest response ratio next.</summary>
        Hrrn,

        /// <summary>By cost, but who has waited for the work that it was promised to wait for at most goes first.</summary>
        Promised,
    }

    /// <summary>How memory decides on an admission.</summary>
    public enum GateRule
    {
        /// <summary>By expected use at twelve horizons.</summary>
        Survival,

        /// <summary>The whole prompt and 1% must fit now.</summary>
        FullPrompt,

        /// <summary>The first chunk must fit now.</summary>
        PerChunk,

        /// <summary>The exact future peak, from predicted lengths.</summary>
        Oracle,
    }

    /// <summary>What priorities do.</summary>
    public enum PriorityRule
    {
        /// <summary>Nothing.</summary>
        None,

        /// <summary>Each level quarters the delay that a request is taken to impose.</summary>
        Aged,

        /// <summary>A more urgent class goes before all others.</summary>
        Strict,
    }

    /// <summary>Every ingredient, with the recommended defaults.</summary>
    public sealed record Options
    {
        /// <summary>A, seconds.</summary>
        [Option("A in seconds: bound of the delay for which a request is held back; a request may be overtaken only by those that arrive within max(A, half its wait) of it.")]
        [Range(0.0, double.PositiveInfinity)]
        public double A { get; init; } = 180;

        /// <summary>Base weight of the cost.</summary>
        [Option("Weight of a request's cost with nobody waiting.")]
        [Range(0.0, 1e6)]
        public double Base { get; init; } = 10;

        /// <summary>Weight per waiting request.</summary>
        [Option("Weight of a request's cost for each waiting request.")]
        [Range(0.0, 1e6)]
        public double PerWaiting { get; init; } = 1;

        /// <summary>Weight of the memory part of the cost.</summary>
        [Option("Weight of the memory part of the cost.")]
        [Range(0.0, 1e6)]
        public double Memory { get; init; } = 1;

        /// <summary>Standard deviations of safety.</summary>
        [Option("Standard deviations of expected memory use that must fit as well.")]
        [Range(-10.0, 10.0)]
        public double Z { get; init; } = 1;

        /// <summary>Weight of the prior.</summary>
        [Option("Weight of the prior on output lengths, in requests.")]
        [Range(0.01, 1e6)]
        public double Prior { get; init; } = 2;

        /// <summary>Partial prefills at a time.</summary>
        [Option("Most partial prefills at a time that a new admission may add to.")]
        [Range(1, 1_000_000)]
        public int Partials { get; init; } = 2;

        /// <summary>Whether tenants are told apart.</summary>
        [Option("Learn output lengths of each tenant where tenants are known.")]
        public bool Tenants { get; init; } = true;

        /// <summary>Whether a tenant's excess service counts against it.</summary>
        [Option("Count what a tenant has been served above the waiting tenant served least as part of its requests' cost.")]
        public bool Fair { get; init; }

        /// <summary>What priorities do.</summary>
        [Option("What priorities do: with aged, each level quarters the cost and the bound on overtaking holds for all; with strict it holds within a class, and the least urgent may starve.")]
        public PriorityRule Priority { get; init; } = PriorityRule.None;

        /// <summary>Target of TTFT; null is off.</summary>
        [Option("Target for time to first token; a request that has missed it competes as if it had just arrived, until A (off: none).")]
        public TimeSpan? Target { get; init; }

        /// <summary>How waiting requests are ordered.</summary>
        [Option("Order of the queue.")]
        public Ordering Order { get; init; } = Ordering.Larry;

        /// <summary>Least slack of a promise, seconds.</summary>
        [Option("With order=promised: seconds of work by which a request may be due later than in order of arrival.")]
        [Range(0.0, 1e6)]
        public double Slack { get; init; } = 10;

        /// <summary>Slack of a promise, as a share of the queue found.</summary>
        [Option("With order=promised: the same as a share of the work that it found waiting, where that is more.")]
        [Range(0.0, 1e6)]
        public double SlackQueue { get; init; } = 0.1;

        /// <summary>Slack of a promise for each second of a request's own cost.</summary>
        [Option("With order=promised: further slack, in multiples of the request's own cost.")]
        [Range(0.0, 1e6)]
        public double SlackOwn { get; init; } = 30;

        /// <summary>How memory decides on an admission.</summary>
        [Option("Admission rule for memory (oracle needs --predict oracle).")]
        public GateRule Gate { get; init; } = GateRule.Survival;

        /// <summary>Whether a better waiting request may start before the rest of a partial prefill.</summary>
        [Option("Let a better-placed waiting request start before the rest of a long prompt.")]
        public bool Yield { get; init; } = true;

        /// <summary>Who gives back blocks.</summary>
        [Option(VictimRules.Summary)]
        public VictimChoice Victim { get; init; } = VictimChoice.Newest;
    }
}
