using System.ComponentModel.DataAnnotations;
using System.Numerics;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.StepTime;
using HalfFull.Policies;
using HalfFull.Prediction;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// Nested WAIT (Ao et al., arXiv 2504.11320), for unknown lengths: everybody starts in the first segment and moves on as its output passes 64, 128, 256, … tokens. A step runs the segments from the
/// first on, as long as each that holds anybody holds at least its threshold; the others pause with their KV. The threshold is what arrives in one equilibrium step and survives so far (<see cref="FluidModel"/>). A segment
/// that has paused for the timeout runs until it is full enough or empty, and an engine is never left idle: then all run.
/// </summary>
[Policy("nested-wait", "Lets sequences of like age gather and pauses those behind a segment with too few, as Nested WAIT; larger batches under heavy load, but long outputs stall.")]
public sealed class NestedWait : IEngineScheduler
{
    private const int Window = 400;
    private readonly Options options;
    private readonly FluidModel fluid;
    private readonly ArrivalRate[] rate = [new(Window)];
    private readonly LengthHistory lengths = new(Window);
    private readonly Segment[] segments;

    /// <summary>One scheduler for one engine.</summary>
    public NestedWait(Options options, EngineLimits limits, IStepTimeModel stepTime)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(limits);
        this.options = options;
        fluid = new FluidModel(stepTime, limits);
        segments = new Segment[options.Segments];
    }

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        Count(engine);
        var open = OpenSegments(engine.Now);
        var holds = open == segments.Length ? int.MaxValue : 1;
        Run(engine, plan, open);
        if (plan.Scheduled.IsEmpty && open < segments.Length)
        {
            Run(engine, plan, segments.Length);
        }

        foreach (var sequence in engine.Running)
        {
            holds = Math.Min(holds, StepsInSegment(sequence));
        }

        plan.HoldFor(holds);
    }

    /// <inheritdoc/>
    public void Arrived(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        rate[0].Arrived(sequence.Request.Arrival);
        fluid.Learn(sequence.Request.PromptTokens);
    }

    /// <inheritdoc/>
    public void Finished(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        lengths.Add(sequence.OutputTokens);
    }

    /// <summary>The segment of an output: 0 below the first boundary, and one more each time it doubles.</summary>
    internal int SegmentOf(int outputTokens) =>
        outputTokens < options.First ? 0 : Math.Min(options.Segments - 1, 1 + BitOperations.Log2((uint)(outputTokens / options.First)));

    private int StepsInSegment(Sequence sequence)
    {
        var segment = SegmentOf(sequence.OutputTokens);
        return segment == options.Segments - 1 ? int.MaxValue : (options.First << segment) - sequence.OutputTokens;
    }

    private void Count(in EngineSnapshot engine)
    {
        for (var k = 0; k < segments.Length; k++)
        {
            segments[k].Members = k == 0 ? engine.Waiting.Count : 0;
        }

        foreach (var sequence in engine.Running)
        {
            segments[SegmentOf(sequence.OutputTokens)].Members++;
        }
    }

    /// <summary>How many segments run, from the first on.</summary>
    private int OpenSegments(TimeSpan now)
    {
        var perStep = rate[0].PerSecond * fluid.StepSeconds(rate);
        var open = segments.Length;
        for (var k = 0; k < segments.Length; k++)
        {
            ref var segment = ref segments[k];
            var reached = k == 0 ? 1 : lengths.ShareAbove((options.First << (k - 1)) - 1);
            var threshold = options.Threshold ?? (int)Math.Clamp(Math.Ceiling(perStep * reached), 1, 1e6);
            var isFull = segment.Members == 0 || segment.Members >= threshold;
            segment.Released &= !isFull;
            if (!isFull && !segment.Released && open == segments.Length)
            {
                open = k;
            }

            if (k < open)
            {
                segment.PausedSince = null;
                continue;
            }

            segment.PausedSince ??= now;
            segment.Released |= segment.Members > 0 && now - segment.PausedSince >= options.Timeout;
        }

        return open;
    }

    private void Run(in EngineSnapshot engine, StepPlan plan, int open)
    {
        foreach (var sequence in engine.Running)
        {
            if (sequence.IsDecoding && SegmentOf(sequence.OutputTokens) < open)
            {
                plan.TrySchedule(sequence);
            }
        }

        foreach (var sequence in engine.Running)
        {
            if (!sequence.IsDecoding && SegmentOf(sequence.OutputTokens) < open)
            {
                plan.TrySchedule(sequence);
            }
        }

        if (open == 0 || plan.HasPreempted || engine.Waiting.Count == 0 || plan.SeatsLeft <= 0 || plan.TokensLeft <= 0)
        {
            return;
        }

        var kept = (int)(options.Buffer * engine.Limits.KvBlocks);
        var anyRuns = !engine.Running.IsEmpty;
        foreach (var sequence in engine.Waiting)
        {
            if ((anyRuns && !WholePrompt.Fits(plan, sequence, kept)) || !plan.TryAdmit(sequence))
            {
                return;
            }

            anyRuns = true;
        }
    }

    private struct Segment
    {
        internal int Members;
        internal TimeSpan? PausedSince;
        internal bool Released;
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Segments.</summary>
        [Option("Segments of output length.")]
        [Range(1, 20)]
        public int Segments { get; init; } = 5;

        /// <summary>End of the first segment.</summary>
        [Option("Output tokens at which the first segment ends; each further one ends at twice as many.")]
        [Range(1, 1024)]
        public int First { get; init; } = 64;

        /// <summary>Sequences that a segment must hold; null: by the fluid model.</summary>
        [Option("Sequences that a segment must hold to run (auto: as many as enter it in one step of the fluid equilibrium).", Null = "auto")]
        [Range(1, 1_000_000)]
        public int? Threshold { get; init; }

        /// <summary>Longest time that a segment pauses.</summary>
        [Option("Longest time that a segment pauses.")]
        public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(200);

        /// <summary>Share of KV blocks kept free by admissions.</summary>
        [Option("Share of the KV blocks that an admission must leave free while anything runs: the safety buffer.")]
        [Range(0.0, 0.99)]
        public double Buffer { get; init; } = 0.05;
    }
}
