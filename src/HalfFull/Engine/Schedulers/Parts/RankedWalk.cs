using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>
/// One order for all, running and waiting: the step is filled in that order, and a waiting sequence that does not fit displaces those behind it, the last
/// first, as few as make room. Only a sequence that decodes can be displaced, so that each makes progress between two preemptions. Whoever is
/// not reached keeps its KV and pauses. Who cannot be helped stops those behind it in the queue. After so many preemptions a sequence is protected: the
/// systems that this follows swap KV, where a preemption costs little; here it is recomputed.
/// </summary>
internal sealed class RankedWalk : IVictimRule
{
    private const double Watermark = 0.01;
    internal const string ProtectSummary = "Preemptions after which a request is no longer displaced (off: no such protection).";
    internal const int ProtectDefault = 8;
    private readonly IQueueOrder order;
    private readonly int protect;
    private Rank[] ranks = new Rank[64];
    private Sequence[] running = new Sequence[64];
    private int count;

    internal RankedWalk(IQueueOrder order, int? protect)
    {
        this.order = order;
        this.protect = protect ?? int.MaxValue;
    }

    /// <summary>When memory runs out, the last in order goes; a protected one only when there is no other.</summary>
    public double Key(Sequence sequence) => IsProtected(sequence) ? double.MaxValue : -RankOf(sequence);

    /// <inheritdoc/>
    public double Tie(Sequence sequence) => -sequence.Request.Arrival.Ticks;

    /// <summary>Plans a step.</summary>
    /// <returns>Whether the plan stays the same while nobody arrives or finishes: nobody waits and everybody decodes.</returns>
    internal bool Plan(in EngineSnapshot engine, StepPlan plan)
    {
        if (engine.Waiting.Count == 0 && AllDecode(engine) && engine.Running.Length <= engine.Limits.TokenBudget)
        {
            DecodesFirst.Decode(engine, plan);
            return true;
        }

        var waiting = engine.Waiting.GetEnumerator();
        Sort(engine);
        var newcomer = waiting.MoveNext() ? waiting.Current : null;
        for (var next = 0; plan.TokensLeft > 0 && (next < count || newcomer is not null);)
        {
            if (next < count && (newcomer is null || ranks[next].CompareTo(Of(newcomer)) <= 0))
            {
                plan.TrySchedule(running[next++]);
                continue;
            }

            if (!TryAdmit(engine, plan, newcomer!, next))
            {
                newcomer = null;
                continue;
            }

            newcomer = waiting.MoveNext() ? waiting.Current : null;
        }

        return false;
    }

    private static bool AllDecode(in EngineSnapshot engine)
    {
        foreach (var sequence in engine.Running)
        {
            if (!sequence.IsDecoding)
            {
                return false;
            }
        }

        return true;
    }

    private bool TryAdmit(in EngineSnapshot engine, StepPlan plan, Sequence newcomer, int next)
    {
        var kept = engine.Running.IsEmpty && plan.Scheduled.IsEmpty ? 0 : (int)(Watermark * engine.Limits.KvBlocks);
        var needed = plan.BlocksToHold(newcomer, newcomer.KnownTokens) + kept - plan.FreeBlocks;
        var seats = 1 - plan.SeatsLeft;
        for (var i = next; i < count && (needed > 0 || seats > 0); i++)
        {
            if (CanGo(running[i]))
            {
                needed -= plan.BlocksReclaimed(running[i], newcomer);
                seats--;
            }
        }

        if (needed > 0 || seats > 0)
        {
            return false;
        }

        for (var i = count - 1; i >= next; i--)
        {
            if (plan.SeatsLeft > 0 && plan.BlocksToHold(newcomer, newcomer.KnownTokens) + kept <= plan.FreeBlocks)
            {
                break;
            }

            if (CanGo(running[i]))
            {
                plan.Preempt(running[i]);
            }
        }

        return plan.BlocksToHold(newcomer, newcomer.KnownTokens) + kept <= plan.FreeBlocks && plan.TryAdmit(newcomer);
    }

    private bool CanGo(Sequence sequence) => sequence is { State: SequenceState.Running, IsDecoding: true, ScheduledTokens: 0 } && !IsProtected(sequence);

    private bool IsProtected(Sequence sequence) => sequence.Preemptions >= protect;

    private void Sort(in EngineSnapshot engine)
    {
        count = engine.Running.Length;
        if (count > running.Length)
        {
            Array.Resize(ref running, Math.Max(count, running.Length * 2));
            Array.Resize(ref ranks, running.Length);
        }

        engine.Running.CopyTo(running);
        for (var i = 0; i < count; i++)
        {
            ranks[i] = Of(running[i]);
        }

        ranks.AsSpan(0, count).Sort(running.AsSpan(0, count));
    }

    private double RankOf(Sequence sequence)
    {
        var entry = new QueueEntry(sequence.Request, sequence.UncachedTokens, sequence.OutputTokens) { Slot = sequence.Slot };
        return order.Key(order.Features(entry), order.Group(entry));
    }

    private Rank Of(Sequence sequence) => new(RankOf(sequence), sequence.Request.Arrival, sequence.Request.Id);

    /// <summary>A key with its ties: by arrival, then by id, as in the queue. A type of its own, so that sorting compares it without calls.</summary>
    private readonly record struct Rank(double Key, TimeSpan Arrival, long Id) : IComparable<Rank>
    {
        public int CompareTo(Rank other)
        {
            if (Key != other.Key)
            {
                return Key < other.Key ? -1 : 1;
            }

            return Arrival != other.Arrival ? Arrival.CompareTo(other.Arrival) : Id.CompareTo(other.Id);
        }
    }
}
