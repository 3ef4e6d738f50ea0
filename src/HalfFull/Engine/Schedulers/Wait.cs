using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.StepTime;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// WAIT (Ao et al., arXiv 2504.11320): requests of one class of known output length wait until there are as many as arrive in one step of the fluid equilibrium, and are
/// then admitted together. Classes are powers of two of the predicted length; the threshold is the arrival rate of the class, from its last 64 arrivals, times the
/// equilibrium step time by a linear step-time model, at least 1. Without a timeout light load would wait for ever.
/// </summary>
[Policy("wait", "Lets requests of a length class gather and admits them together, as WAIT, needs --predict; larger batches under heavy load, but at light load it only delays.")]
public sealed class Wait : IEngineScheduler
{
    private const int Classes = 32;
    private const int Window = 64;
    private readonly Options options;
    private readonly FluidModel fluid;
    private readonly PerSlot<Place> places = new();
    private readonly int[] waiting = new int[Classes];
    private readonly int[] admitting = new int[Classes];
    private readonly ArrivalRate[] rates = new ArrivalRate[Classes];

    /// <summary>One scheduler for one engine.</summary>
    public Wait(Options options, EngineLimits limits, IStepTimeModel stepTime)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(limits);
        this.options = options;
        fluid = new FluidModel(stepTime, limits);
        Order = new ClassOrder(this);
        for (var i = 0; i < Classes; i++)
        {
            rates[i] = new ArrivalRate(Window);
        }
    }

    /// <inheritdoc/>
    public IQueueOrder Order { get; }

    /// <inheritdoc/>
    public bool NeedsPrediction => true;

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        DecodesFirst.Decode(engine, plan);
        DecodesFirst.Continue(engine, plan);
        if (plan.HasPreempted || engine.Waiting.Count == 0 || plan.SeatsLeft <= 0 || plan.TokensLeft <= 0)
        {
            plan.HoldFor(plan.HasPreempted ? 1 : int.MaxValue);
            return;
        }

        Open();
        while (FirstWaiting.Of(engine) is { } first)
        {
            var c = ClassOf(first.Request);
            if (admitting[c] == 0)
            {
                // The oldest of those that still gather.
                var until = first.Request.Arrival + options.Timeout;
                if (engine.Now < until)
                {
                    plan.HoldUntil(until);
                    return;
                }

                admitting[c] = waiting[c];
            }

            var kept = (int)(options.Buffer * engine.Limits.KvBlocks);
            if ((!(engine.Running.IsEmpty && plan.Scheduled.IsEmpty) && !WholePrompt.Fits(plan, first, kept)) || !plan.TryAdmit(first))
            {
                return;
            }
        }

        plan.HoldFor(int.MaxValue);
    }

    /// <inheritdoc/>
    public void Arrived(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        var c = Queue(sequence);
        rates[c].Arrived(sequence.Request.Arrival);
        fluid.Learn(sequence.Request.PromptTokens);
    }

    /// <inheritdoc/>
    public void Admitted(Sequence sequence) => Unqueue(sequence);

    /// <inheritdoc/>
    public void Preempted(Sequence sequence)
    {
        // It has waited for its like before: it comes back as soon as it can.
        admitting[Queue(sequence)]++;
    }

    /// <inheritdoc/>
    public void Aborted(Sequence sequence) => Unqueue(sequence);

    /// <summary>The class of a request: the power of two that holds its predicted length.</summary>
    internal static int ClassOf(Request request) => System.Numerics.BitOperations.Log2((uint)Srpt.Remaining(request, 0));

    private void Open()
    {
        var step = fluid.StepSeconds(rates);
        for (var c = 0; c < Classes; c++)
        {
            var threshold = options.Threshold ?? (int)Math.Clamp(Math.Ceiling(rates[c].PerSecond * step), 1, 1e6);
            admitting[c] = admitting[c] == 0 && waiting[c] >= threshold ? waiting[c] : admitting[c];
        }
    }

    private int Queue(Sequence sequence)
    {
        var c = ClassOf(sequence.Request);
        places[sequence.Slot].Waits = true;
        waiting[c]++;
        return c;
    }

    private void Unqueue(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        ref var place = ref places[sequence.Slot];
        if (place.Waits)
        {
            place.Waits = false;
            var c = ClassOf(sequence.Request);
            waiting[c]--;
            admitting[c] = Math.Min(Math.Max(0, admitting[c] - 1), waiting[c]);
        }
    }

    /// <summary>Classes that are being admitted first; within them, and among the others, by arrival.</summary>
    private sealed class ClassOrder(Wait policy) : IQueueOrder
    {
        public RankFeatures Features(in QueueEntry entry) => new(entry.Request.Arrival);

        public int Group(in QueueEntry entry) => ClassOf(entry.Request);

        public double Key(in RankFeatures features, int group) => policy.admitting[group] > 0 ? 0 : 1;
    }

    private struct Place
    {
        internal bool Waits;
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Requests that must gather; null: by the fluid model.</summary>
        [Option("Requests of a class that must gather (auto: as many as arrive in one step of the fluid equilibrium).", Null = "auto")]
        [Range(1, 1_000_000)]
        public int? Threshold { get; init; }

        /// <summary>Longest time that a request waits for its like.</summary>
        [Option("Longest time that a request waits for others of its class.")]
        public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(200);

        /// <summary>Share of KV blocks kept free by admissions.</summary>
        [Option("Share of the KV blocks that an admission must leave free while anything runs.")]
        [Range(0.0, 0.99)]
        public double Buffer { get; init; } = 0.05;
    }
}
