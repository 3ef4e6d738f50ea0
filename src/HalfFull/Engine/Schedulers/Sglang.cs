using System.ComponentModel.DataAnnotations;
using HalfFull.Engine.Schedulers.Parts;
using HalfFull.Engine.Victims;
using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// SGLang (python/sglang/srt/managers/schedule_policy.py, schedule_batch.py, scheduler.py, v0.5): a prefill step whenever anybody can be admitted, at most one
/// partial prefill, admission by a share of the running requests' limits that falls while all goes well (<see cref="NewTokenRatio"/>). When decodes run out of
/// memory, those with fewest outputs are retracted to the end of the queue. Once refused for memory, nobody is asked again before somebody
/// leaves. SGLang aborts a sole survivor that cannot grow; the core clamps limits to the pool, so that here it always can. Pages are the engine's blocks.
/// Ties of the orders other than fcfs go by arrival; dfs-weight falls back to fcfs in long queues like lpm, which in SGLang only lpm does.
/// </summary>
[Policy("sglang", "Prefill first, admission by an adaptive share of output limits, retraction of the youngest outputs, as SGLang; good packing, but prompts stall decodes.")]
[Bundle("sglang@0.5", "", "SGLang 0.5 as its server starts on an 80 GB GPU; the chunk is smaller on smaller ones.", TokenBudget = 16384, MaxSequences = 2048, BlockSize = 1)]
public sealed class Sglang : IEngineScheduler
{
    private readonly Options options;
    private readonly NewTokenRatio ratio;
    private readonly RatioReserve reserve = new();
    private readonly PrefixRanking ranking = new();
    private readonly ServedOrder? served;
    private int chunkLeft;
    private int inputLeft;
    private bool prefills;
    private bool full;
    private bool decoded;
    private int alive;

    /// <summary>One scheduler for one engine.</summary>
    public Sglang(Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        ratio = new NewTokenRatio(options.Conservativeness);
        served = options.Order == Ordering.Hrrn ? new ServedOrder() : null;
        Order = served ?? (options.Order == Ordering.Lof
            ? new SizeOrder(static entry => -(double)entry.Request.MaxOutputTokens)
            : (IQueueOrder)new JoinOrder());
        Victim = VictimRules.Create(options.Victim);
    }

    /// <inheritdoc/>
    public IQueueOrder Order { get; }

    /// <inheritdoc/>
    public IVictimRule Victim { get; }

    /// <inheritdoc/>
    public void Plan(in EngineSnapshot engine, StepPlan plan)
    {
        if (options.MixedChunk)
        {
            DecodesFirst.Decode(engine, plan);
        }

        prefills = !plan.HasPreempted && Prefill(engine, plan);
        if (!prefills && !options.MixedChunk)
        {
            DecodesFirst.Decode(engine, plan);
        }

        decoded = !prefills && !plan.HasPreempted;
        if (plan.HasPreempted)
        {
            ratio.Retracted(engine.Running);
        }

        // A step without a prefill means that nobody waits, no seat is free or memory has been refused; all last until somebody leaves or arrives.
        plan.HoldFor(int.MaxValue);
    }

    /// <inheritdoc/>
    public void Arrived(Sequence sequence) => alive++;

    /// <inheritdoc/>
    public void Preempted(Sequence sequence) => full = false;

    /// <inheritdoc/>
    public void StepDone(in StepReport step)
    {
        served?.Served(step.PrefillTokens);
        if (decoded && alive > 0)
        {
            ratio.Decoded(1);
        }
    }

    /// <inheritdoc/>
    public void Advanced(int steps)
    {
        if (decoded)
        {
            ratio.Decoded(steps);
        }
    }

    /// <inheritdoc/>
    public void Finished(Sequence sequence) => Left();

    /// <inheritdoc/>
    public void Aborted(Sequence sequence) => Left();

    private void Left()
    {
        full = false;
        if (--alive == 0)
        {
            ratio.Reset();
        }
    }

    private bool Prefill(in EngineSnapshot engine, StepPlan plan)
    {
        chunkLeft = Math.Min(options.Chunk - plan.Scheduled.Length, plan.TokensLeft);
        inputLeft = options.MaxPrefill;
        var partial = Partial(engine);
        if (chunkLeft <= 0 || (partial is null && (full || engine.Waiting.Count == 0)))
        {
            return false;
        }

        reserve.Open(engine, ratio.Value);
        var any = partial is not null && plan.TrySchedule(partial, chunkLeft);
        if (any)
        {
            Spend(partial!);
        }

        if (full || engine.Waiting.Count == 0 || plan.HasPreempted)
        {
            return any;
        }

        if (options.Order is Ordering.Lpm or Ordering.DfsWeight && engine.Waiting.Count <= PrefixRanking.MostWaiting)
        {
            return AdmitRanked(engine, plan, any);
        }

        foreach (var sequence in engine.Waiting)
        {
            if (!Admit(engine, plan, sequence, any))
            {
                break;
            }

            any = true;
        }

        return any;
    }

    private bool AdmitRanked(in EngineSnapshot engine, StepPlan plan, bool any)
    {
        if (options.Order == Ordering.Lpm)
        {
            ranking.ByLongestPrefix(engine, plan);
        }
        else
        {
            ranking.ByPrefixWeight(engine, plan);
        }

        foreach (var sequence in ranking.Ranked)
        {
            if (!Admit(engine, plan, sequence, any))
            {
                break;
            }

            any = true;
        }

        ranking.Clear();
        return any;
    }

    /// <summary>Admits one request to the prefill; a refusal for memory closes the batch until somebody leaves.</summary>
    private bool Admit(in EngineSnapshot engine, StepPlan plan, Sequence sequence, bool any)
    {
        if (plan.SeatsLeft <= 0 || chunkLeft <= 0)
        {
            return false;
        }

        var input = sequence.KnownTokens - plan.CachedTokens(sequence);
        var first = !any && engine.Running.IsEmpty;
        if (!first && !reserve.Admits(engine.Limits, plan, sequence))
        {
            full = true;
            return false;
        }

        if ((any && input >= inputLeft) || !plan.TryAdmit(sequence, tokens: chunkLeft))
        {
            return false;
        }

        Spend(sequence);
        return true;
    }

    private void Spend(Sequence sequence)
    {
        chunkLeft -= sequence.ScheduledTokens;
        inputLeft -= sequence.ScheduledTokens;
        if (sequence.ScheduledTokens == sequence.RemainingTokens)
        {
            reserve.Count(sequence);
        }
    }

    private static Sequence? Partial(in EngineSnapshot engine)
    {
        foreach (var sequence in engine.Running)
        {
            if (!sequence.IsDecoding && sequence.State == SequenceState.Running)
            {
                return sequence;
            }
        }

        return null;
    }

    /// <summary>How waiting requests are ordered.</summary>
    public enum Ordering
    {
        /// <summary>By joining the queue; who was retracted goes to the end.</summary>
        Fcfs,

        /// <summary>Longest output limit first.</summary>
        Lof,

        /// <summary>Longest prefix match first.</summary>
        Lpm,

        /// <summary>By weight of the subtrees of cached prefixes.</summary>
        DfsWeight,

        /// <summary>Highest response ratio next, in prefill tokens.</summary>
        Hrrn,
    }

    /// <summary>Options, with the defaults that SGLang ships.</summary>
    public sealed record Options
    {
        /// <summary>How waiting requests are ordered.</summary>
        [Option("Order of the queue (schedule-policy); lpm and dfs-weight rank queues of up to 128, longer ones are fcfs.")]
        public Ordering Order { get; init; } = Ordering.Fcfs;

        /// <summary>Weight of the first guess at outputs.</summary>
        [Option("Conservativeness of admission (schedule-conservativeness): the assumed share of output limits starts at 0.7 times this.")]
        [Range(0.0, 10.0)]
        public double Conservativeness { get; init; } = 1;

        /// <summary>Tokens of one prefill step.</summary>
        [Option("Most prefill tokens in a step (chunked-prefill-size); the engine's token budget applies too.")]
        [Range(1, 1_000_000)]
        public int Chunk { get; init; } = 8192;

        /// <summary>Tokens of one prefill step, by whole requests.</summary>
        [Option("Prefill tokens in a step beyond which no further request is added (max-prefill-tokens).")]
        [Range(1, 10_000_000)]
        public int MaxPrefill { get; init; } = 16384;

        /// <summary>Whether decodes join prefill steps.</summary>
        [Option("Decode in prefill steps too (enable-mixed-chunk).")]
        public bool MixedChunk { get; init; }

        /// <summary>Who gives back blocks.</summary>
        [Option(VictimRules.Summary)]
        public VictimChoice Victim { get; init; } = VictimChoice.FewestOutputs;
    }
}
