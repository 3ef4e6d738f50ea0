using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.StepTime;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// FairBatching (arXiv 2510.14392): token j of a request is due at arrival + ttft + j * tpot. Each step gets as many prefill tokens as let it end before the earliest due token of those that must
/// run now, by a model of step times; then urgent decodes, prefills by deadline, other decodes. A token that is late anyway bounds nothing, and a request
/// past its first deadline goes after those that can still make theirs.
/// </summary>
[Policy("fair-batching", "Sizes each step by the slack of the tokens due, prefills by deadline, as FairBatching; holds both bounds near saturation, but requests that miss theirs wait while others can be saved.")]
public sealed class FairBatching : IEngineScheduler
{
    private readonly Options options;
    private readonly IStepTimeModel stepTime;

    /// <summary>One scheduler for one engine.</summary>
    public FairBatching(Options options, IStepTimeModel stepTime)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(stepTime);
        this.options = options;
        this.stepTime = stepTime;
        Order = new DeadlineOrder(options.Ttft);
    }

    /// <inheritdoc/>
    public IQueueOrder Order { get; }

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        var mayAdmit = engine.Waiting.Count > 0 && plan.SeatsLeft > 0;
        if (!mayAdmit && !HasPartial(engine))
        {
            DecodesFirst.Decode(engine, plan);
            plan.HoldFor(int.MaxValue);
            return;
        }

        var decodes = AllDecodes(engine);
        var prefillTokens = PrefillTokens(engine, decodes, out var urgentBy);
        foreach (var sequence in engine.Running)
        {
            if (sequence.IsDecoding && Due(sequence) < urgentBy)
            {
                plan.TrySchedule(sequence);
            }
        }

        var unused = Math.Max(0, plan.TokensLeft - prefillTokens);
        DecodesFirst.Continue(engine, plan, unused);
        if (mayAdmit && !plan.HasPreempted)
        {
            Admit(engine, plan, unused);
        }

        DecodesFirst.Decode(engine, plan);
    }

    /// <summary>Prefill tokens with which a step of all decodes still ends before the earliest token due that it can deliver in time.</summary>
    /// <param name="engine">What the scheduler sees.</param>
    /// <param name="decodes">All decodes.</param>
    /// <param name="urgentBy">Tokens due before this time would be late if they were left to the next step.</param>
    internal int PrefillTokens(in EngineSnapshot engine, in StepShape decodes, out TimeSpan urgentBy)
    {
        var shortest = decodes.DecodeSequences > 0 ? stepTime.Predict(decodes) : TimeSpan.Zero;
        urgentBy = engine.Now + shortest + stepTime.Predict(decodes.WithChunk(engine.Limits.TokenBudget, 0));
        var slack = TimeSpan.MaxValue;
        foreach (var sequence in engine.Running)
        {
            if (sequence.IsDecoding && Due(sequence) < urgentBy && Due(sequence) - engine.Now is var left && left >= shortest)
            {
                slack = left < slack ? left : slack;
            }
        }

        var (low, high) = (0, engine.Limits.TokenBudget);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = stepTime.Predict(decodes.WithChunk(middle, 0)) <= slack ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private static StepShape AllDecodes(in EngineSnapshot engine)
    {
        var (count, tokens) = (0, 0L);
        foreach (var sequence in engine.Running)
        {
            count += sequence.IsDecoding ? 1 : 0;
            tokens += sequence.IsDecoding ? sequence.KnownTokens : 0;
        }

        return StepShape.Decode(count, tokens);
    }

    private static bool HasPartial(in EngineSnapshot engine)
    {
        foreach (var sequence in engine.Running)
        {
            if (!sequence.IsDecoding)
            {
                return true;
            }
        }

        return false;
    }

    private static void Admit(in EngineSnapshot engine, StepPlan plan, int unused)
    {
        var anyRuns = !engine.Running.IsEmpty;
        foreach (var sequence in engine.Waiting)
        {
            if (plan.TokensLeft <= unused
                || (anyRuns && !WholePrompt.Fits(plan, sequence))
                || !plan.TryAdmit(sequence, engine.Limits.BlocksFor(sequence.KnownTokens), plan.TokensLeft - unused))
            {
                return;
            }

            anyRuns = true;
        }
    }

    /// <summary>When its next token is due.</summary>
    private TimeSpan Due(Sequence sequence) => sequence.Request.Arrival + options.Ttft + (options.Tpot * sequence.OutputTokens);

    /// <summary>By deadline, which is by arrival; those past it after the others.</summary>
    private sealed class DeadlineOrder(TimeSpan ttft) : IQueueOrder
    {
        private const double Late = 1e18; // more than any time in ticks
        private long latest;

        /// <summary>The second number is there for the bound: its minimum tells the latest arrival of a run.</summary>
        public RankFeatures Features(in QueueEntry entry) => new(entry.Request.Arrival, -(double)entry.Request.Arrival.Ticks);

        public void Freeze(in QueueMoment moment) => latest = (moment.Now - ttft).Ticks;

        public double Key(in RankFeatures features, int group) =>
            features.Arrival.Ticks >= latest ? features.Arrival.Ticks - (double)latest : Late + (features.Arrival.Ticks - latest);

        /// <summary>Where the latest arrival is in time, so may be others.</summary>
        public double Bound(in RankFeatures minima, int group) =>
            -minima.First < latest ? Late + (minima.Arrival.Ticks - latest) : Math.Max(0, minima.Arrival.Ticks - (double)latest);
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Bound on the time to the first token.</summary>
        [Option("Time after its arrival at which a request's first token is due.")]
        public TimeSpan Ttft { get; init; } = TimeSpan.FromSeconds(2);

        /// <summary>Time between the tokens after it.</summary>
        [Option("Time after which each further token is due.")]
        public TimeSpan Tpot { get; init; } = TimeSpan.FromMilliseconds(100);
    }
}
