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
    private readonly RankedRunning ranked;
    private readonly int protect;

    internal RankedWalk(IQueueOrder order, int? protect)
    {
        ranked = new RankedRunning(order);
        this.protect = protect ?? int.MaxValue;
    }

    /// <summary>When memory runs out, the last in order goes; a protected one only when there is no other.</summary>
    public double Key(Sequence sequence) => IsProtected(sequence) ? double.MaxValue : -ranked.RankOf(sequence).Key;

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
        ranked.Sort(engine.Running);
        var running = ranked.Sequences;
        var ranks = ranked.Ranks;
        var newcomer = waiting.MoveNext() ? waiting.Current : null;
        var rank = newcomer is null ? default : ranked.RankOf(newcomer);
        for (var next = 0; plan.TokensLeft > 0 && (next < running.Length || newcomer is not null);)
        {
            if (next < running.Length && (newcomer is null || ranks[next] <= rank))
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
            rank = newcomer is null ? default : ranked.RankOf(newcomer);
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
        var running = ranked.Sequences;
        for (var i = next; i < running.Length && (needed > 0 || seats > 0); i++)
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

        for (var i = running.Length - 1; i >= next; i--)
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
}
