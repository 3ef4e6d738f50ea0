using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.StepTime;
using HalfFull.Policies;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// Andes (Liu et al., arXiv 2404.16283): the quality of a reader's experience is the share of the tokens that it would have read by now which are there, at a first token
/// due after <c>ttft</c> and a reading speed. Where the first waiting request does not fit, everybody who runs and the first 64 who wait are ranked by what being served for the horizon gains, over being
/// left, per KV block; the best are packed for several batch sizes, and the size with the largest sum wins. A chosen newcomer displaces those not chosen, least gain first, as few as make room. Otherwise first come, first served. Batch times come from a
/// step-time model; KV is recomputed.
/// </summary>
[Policy("andes", "Serves those whose readers gain most per KV block, as Andes; smooth reading under pressure, but requests hopelessly late starve and displaced ones are recomputed.")]
public sealed class Andes : IEngineScheduler
{
    private const int MostNewcomers = 64;
    private const int Sizes = 4;
    private readonly Options options;
    private readonly IStepTimeModel stepTime;
    private readonly double prefillTokenSeconds;
    private Sequence[] candidates = new Sequence[MostNewcomers * 2];
    private double[] ranks = new double[MostNewcomers * 2];
    private int count;

    /// <summary>One scheduler for one engine.</summary>
    public Andes(Options options, EngineLimits limits, IStepTimeModel stepTime)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(stepTime);
        this.options = options;
        this.stepTime = stepTime;
        prefillTokenSeconds = new ModelledTime(stepTime, limits).PrefillTokenSeconds;
    }

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        var blocked = AdmitInTurn(engine, plan);
        if (blocked && !engine.Running.IsEmpty && plan.Scheduled.IsEmpty)
        {
            var chosen = Choose(engine);
            Exchange(engine, plan, chosen);
            Array.Clear(candidates, 0, count);
        }

        foreach (var sequence in engine.Running)
        {
            plan.TrySchedule(sequence);
        }

        if (!blocked)
        {
            plan.HoldFor(int.MaxValue);
        }
    }

    /// <summary>Admits in order of arrival while the running ones need no more than is left; returns whether somebody was left out for want of memory or seats.</summary>
    private static bool AdmitInTurn(in EngineSnapshot engine, StepPlan plan)
    {
        if (engine.Waiting.Count == 0)
        {
            return false;
        }

        var first = FirstWaiting.Of(engine)!;
        var decodes = engine.Running.Length;
        if (plan.SeatsLeft <= 0 || plan.BlocksToHold(first, first.KnownTokens) > plan.FreeBlocks - decodes)
        {
            return true;
        }

        foreach (var sequence in engine.Running)
        {
            plan.TrySchedule(sequence);
        }

        if (plan.HasPreempted)
        {
            return true;
        }

        foreach (var sequence in engine.Waiting)
        {
            if (!WholePrompt.Fits(plan, sequence) || !plan.TryAdmit(sequence))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Ranks the candidates for the best batch size; returns how many of them are chosen, from the first on.</summary>
    private int Choose(in EngineSnapshot engine)
    {
        Take(engine);
        var most = Math.Min(count, engine.Limits.MaxSequences);
        var (bestSize, bestGain) = (most, double.NegativeInfinity);
        for (var i = Sizes; i >= 1; i--)
        {
            var size = Math.Max(1, most * i / Sizes);
            Rank(engine, size);
            var (gain, _) = Pack(engine, size);
            (bestSize, bestGain) = gain > bestGain ? (size, gain) : (bestSize, bestGain);
        }

        Rank(engine, bestSize);
        return Pack(engine, bestSize).Taken;
    }

    private void Take(in EngineSnapshot engine)
    {
        count = engine.Running.Length;
        if (count + MostNewcomers > candidates.Length)
        {
            Array.Resize(ref candidates, 2 * (count + MostNewcomers));
            Array.Resize(ref ranks, candidates.Length);
        }

        engine.Running.CopyTo(candidates);
        foreach (var sequence in engine.Waiting)
        {
            candidates[count++] = sequence;
            if (count == engine.Running.Length + MostNewcomers)
            {
                break;
            }
        }
    }

    /// <summary>Sorts by gain per block, the best first; equal ones by arrival, then by id.</summary>
    private void Rank(in EngineSnapshot engine, int size)
    {
        var tokens = 0L;
        for (var i = 0; i < count; i++)
        {
            tokens += candidates[i].KnownTokens;
        }

        var step = stepTime.Predict(StepShape.Decode(size, Math.Max(1, tokens / count) * size)).TotalSeconds;
        for (var i = 0; i < count; i++)
        {
            ranks[i] = -Gain(candidates[i], engine.Now, step) / engine.Limits.BlocksFor(candidates[i].KnownTokens + 1);
        }

        Array.Sort(ranks, candidates, 0, count);
        for (var i = 1; i < count; i++)
        {
            // The sort is not stable: equal ranks in order of arrival.
            for (var j = i; j > 0 && ranks[j] == ranks[j - 1] && IsLater(candidates[j - 1], candidates[j]); j--)
            {
                (candidates[j], candidates[j - 1]) = (candidates[j - 1], candidates[j]);
            }
        }
    }

    private static bool IsLater(Sequence a, Sequence b) =>
        a.Request.Arrival != b.Request.Arrival ? a.Request.Arrival > b.Request.Arrival : a.Request.Id > b.Request.Id;

    /// <summary>What being served for the horizon, rather than left, adds to the share of wanted tokens that are there.</summary>
    private double Gain(Sequence sequence, TimeSpan now, double stepSeconds)
    {
        var horizon = options.Horizon.TotalSeconds;
        var wanted = Math.Max(1, options.Speed * ((now - sequence.Request.Arrival - options.Ttft).TotalSeconds + horizon));
        var decoding = horizon - ((sequence.IsDecoding ? 0 : sequence.RemainingTokens) * prefillTokenSeconds);
        var served = Math.Min(wanted, sequence.OutputTokens + Math.Max(0, decoding / stepSeconds));
        return (served - Math.Min(wanted, sequence.OutputTokens)) / wanted;
    }

    /// <summary>Greedily takes the first candidates that fit; returns the sum of their gains and how many they are.</summary>
    private (double Gain, int Taken) Pack(in EngineSnapshot engine, int size)
    {
        var blocks = engine.Limits.KvBlocks;
        var gain = 0.0;
        var taken = 0;
        for (; taken < Math.Min(size, count); taken++)
        {
            var needed = engine.Limits.BlocksFor(candidates[taken].KnownTokens + 1);
            if (needed > blocks)
            {
                break;
            }

            blocks -= needed;
            gain += -ranks[taken] * needed;
        }

        return (gain, taken);
    }

    /// <summary>Admits chosen newcomers, in the places of those that were not chosen where there is no room.</summary>
    private void Exchange(in EngineSnapshot engine, StepPlan plan, int chosen)
    {
        for (var i = 0; i < chosen; i++)
        {
            var newcomer = candidates[i];
            if (newcomer.State == SequenceState.Waiting && newcomer.ScheduledTokens == 0 && !TryAdmit(engine, plan, newcomer, chosen))
            {
                return;
            }
        }
    }

    private bool TryAdmit(in EngineSnapshot engine, StepPlan plan, Sequence newcomer, int chosen)
    {
        // Each running one may take a block in this step.
        var kept = engine.Running.Length;
        var needed = plan.BlocksToHold(newcomer, newcomer.KnownTokens) + kept - plan.FreeBlocks;
        var seats = 1 - plan.SeatsLeft;
        for (var i = chosen; i < count; i++)
        {
            if (CanGo(candidates[i]))
            {
                needed -= plan.BlocksReclaimed(candidates[i], newcomer);
                seats--;
            }
        }

        if (needed > 0 || seats > 0)
        {
            return false;
        }

        for (var i = count - 1; i >= chosen; i--)
        {
            if (plan.SeatsLeft > 0 && plan.BlocksToHold(newcomer, newcomer.KnownTokens) + kept <= plan.FreeBlocks)
            {
                break;
            }

            if (CanGo(candidates[i]))
            {
                plan.Preempt(candidates[i]);
            }
        }

        return WholePrompt.Fits(plan, newcomer) && plan.TryAdmit(newcomer);
    }

    private bool CanGo(Sequence sequence) =>
        sequence is { State: SequenceState.Running, IsDecoding: true, AdmittedInPlan: false } && sequence.Preemptions < options.Preemptions;

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>When the first token is due.</summary>
        [Option("Time after its arrival at which a request's first token is due.")]
        public TimeSpan Ttft { get; init; } = TimeSpan.FromSeconds(1);

        /// <summary>Reading speed.</summary>
        [Option("Tokens that a reader takes in a second.")]
        [Range(0.1, 10_000.0)]
        public double Speed { get; init; } = 5;

        /// <summary>How far ahead gains are reckoned.</summary>
        [Option("Time over which being served is weighed against being left.")]
        public TimeSpan Horizon { get; init; } = TimeSpan.FromSeconds(10);

        /// <summary>Preemptions after which a request is protected.</summary>
        [Option("Times that a request may be displaced.")]
        [Range(0, 1_000_000)]
        public int Preemptions { get; init; } = 1;
    }
}
