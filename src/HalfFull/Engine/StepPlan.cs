using HalfFull.Engine.StepTime;

namespace HalfFull.Engine;

/// <summary>
/// One step in the making: a map from sequences to tokens. It owns the arithmetic of token budget, seats and KV blocks; every call either keeps
/// all of it feasible or changes nothing. Reused from step to step.
/// </summary>
public sealed class StepPlan
{
    private readonly KvCache cache;
    private readonly EngineLimits limits;
    private readonly IEngineScheduler scheduler;
    private readonly IVictimRule victim;
    private readonly List<Sequence> running;
    private readonly List<Sequence> scheduled = [];
    private readonly List<Sequence> admitted = [];
    private readonly List<Sequence> preempted = [];
    private int seatsTaken;

    internal StepPlan(KvCache cache, EngineLimits limits, IEngineScheduler scheduler, List<Sequence> running)
    {
        this.cache = cache;
        this.limits = limits;
        this.scheduler = scheduler;
        this.running = running;
        victim = scheduler.Victim;
    }

    /// <summary>Tokens of the budget not yet used.</summary>
    public int TokensLeft { get; private set; }

    /// <summary>Sequences that may still be admitted.</summary>
    public int SeatsLeft => limits.MaxSequences - seatsTaken;

    /// <summary>Seats kept for sequences that are on their way here.</summary>
    internal int ReservedSeats { get; set; }

    /// <summary>KV blocks that can be had without a preemption: unused ones and those of unreferenced cached prefixes.</summary>
    public int FreeBlocks => cache.FreeBlocks;

    /// <summary>KV tokens of shared prefixes in use, each counted once.</summary>
    public long SharedTokens => (long)cache.SharedBlocks * limits.BlockSize;

    /// <summary>For policies that admit by the future peak: empty at the start of each plan.</summary>
    public FuturePeak Peak { get; } = new();

    /// <summary>Whether this plan took blocks away from somebody.</summary>
    public bool HasPreempted => preempted.Count > 0;

    /// <summary>The step's sequences, in the order in which they were scheduled; their <see cref="Sequence.ScheduledTokens"/> say how many tokens.</summary>
    public ReadOnlySpan<Sequence> Scheduled => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(scheduled);

    /// <summary>The step as a step-time model sees it.</summary>
    public StepShape Shape { get; private set; }

    /// <summary>Steps for which the plan stays valid, this one included.</summary>
    internal int HeldSteps { get; private set; }

    /// <summary>Time from which the plan is no longer valid.</summary>
    internal TimeSpan HeldUntil { get; private set; }

    /// <summary>Hash of the plan: who runs how many tokens, in order, and who was preempted.</summary>
    internal ulong Digest { get; private set; }

    /// <summary>Fewest output tokens that a scheduled sequence still has to emit before it stops.</summary>
    internal int StepsToFinish { get; private set; }

    /// <summary>Whether it only decodes sequences that all emitted a token at the start of the step, so that it can be repeated as it is.</summary>
    internal bool IsSteadyDecode { get; private set; }

    internal List<Sequence> Admitted => admitted;

    /// <summary>Whether the accounts hold a prefix unit, in use or not: a host that keeps the KV of prefixes in the same pool drops those that they do not.</summary>
    internal bool HoldsPrefix(long hash) => cache.Holds(hash);

    internal List<Sequence> Preempted => preempted;

    /// <summary>Tokens that preempted partial prefills still had to compute.</summary>
    internal long PartialTokensDropped { get; private set; }

    internal bool IsEmpty => scheduled.Count == 0;

    /// <summary>
    /// Schedules up to <paramref name="tokens"/> of what a running sequence still has to compute, as far as the budget goes. When a block is needed and
    /// none is free, running sequences are preempted by the scheduler's victim rule, possibly this one.
    /// </summary>
    /// <returns>False when nothing was scheduled for it: no budget, preempted, already scheduled, or it became the victim itself.</returns>
    public bool TrySchedule(Sequence sequence, int tokens = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        var count = Math.Min(Math.Min(tokens, sequence.RemainingTokens), TokensLeft);
        if (count <= 0 || sequence.State != SequenceState.Running || sequence.ScheduledTokens > 0)
        {
            return false;
        }

        var blocks = limits.BlocksFor(sequence.ComputedTokens + count) - sequence.HeldBlocks;
        if (blocks > 0)
        {
            if (blocks > cache.FreeBlocks && !MakeRoom(sequence, blocks))
            {
                return false;
            }

            cache.Allocate(sequence, blocks);
        }

        Place(sequence, count);
        return true;
    }

    /// <summary>
    /// Admits a waiting sequence, takes over its cached prefix and schedules up to <paramref name="tokens"/> of the rest. Never preempts.
    /// </summary>
    /// <param name="sequence">A waiting sequence.</param>
    /// <param name="reserveBlocks">Blocks that it must hold from now on, cached prefix included; 0: only what this step computes.</param>
    /// <param name="tokens">Most tokens to compute in this step.</param>
    /// <returns>False, with nothing changed, when there is no seat, no budget or not enough free blocks, or when this plan has just preempted it.</returns>
    public bool TryAdmit(Sequence sequence, int reserveBlocks = 0, int tokens = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        if (sequence.State != SequenceState.Waiting || SeatsLeft <= 0 || sequence.QueueHandle < 0)
        {
            return false;
        }

        var units = cache.MatchUnits(sequence);
        var shared = units * sequence.Request.PrefixUnitTokens;
        var atHand = shared + sequence.SwappedTokens;
        var count = Math.Min(Math.Min(tokens, sequence.KnownTokens - atHand), TokensLeft);
        if (count <= 0)
        {
            return false;
        }

        var held = Math.Max(limits.BlocksFor(atHand + count), reserveBlocks);
        var blocks = held - limits.BlocksFor(shared);
        if (blocks + cache.EvictableAmong(sequence.Request, units) > cache.FreeBlocks)
        {
            return false;
        }

        cache.Take(sequence, units);
        cache.Allocate(sequence, blocks);
        cache.SwapIn(sequence);
        sequence.State = SequenceState.Running;
        seatsTaken++;
        sequence.AdmittedInPlan = true;
        admitted.Add(sequence);
        Place(sequence, count);
        scheduler.Admitted(sequence);
        return true;
    }

    /// <summary>Blocks that holding <paramref name="tokens"/> of a waiting sequence would take from the free ones, its cached prefix allowed for.</summary>
    public int BlocksToHold(Sequence sequence, int tokens)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        var units = cache.MatchUnits(sequence);
        var cached = limits.BlocksFor(units * sequence.Request.PrefixUnitTokens);
        return Math.Max(0, limits.BlocksFor(tokens) - cached) + cache.EvictableAmong(sequence.Request, units);
    }

    /// <summary>Blocks that a running sequence still has to take for all its known tokens.</summary>
    public int BlocksToComplete(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return sequence.State == SequenceState.Running ? Math.Max(0, limits.BlocksFor(sequence.KnownTokens) - sequence.HeldBlocks) : 0;
    }

    /// <summary>Blocks that preempting a running sequence would free: its own, and those of prefixes that nobody else uses.</summary>
    public int BlocksReclaimed(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return cache.Reclaimable(sequence);
    }

    /// <summary>The part of <see cref="BlocksReclaimed(Sequence)"/> that helps a waiting sequence: without those of a common prefix, which it would take over itself.</summary>
    public int BlocksReclaimed(Sequence sequence, Sequence newcomer)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        ArgumentNullException.ThrowIfNull(newcomer);
        return cache.Reclaimable(sequence, newcomer);
    }

    /// <summary>Known tokens of a waiting sequence that need not be computed now: they are in the prefix cache, or it keeps them in host memory.</summary>
    public int CachedTokens(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return cache.TokensAtHand(sequence);
    }

    /// <summary>Takes all blocks away from a running sequence of an earlier step. It returns to the queue with its output and its arrival kept.</summary>
    /// <returns>False when it is not running, was admitted by this plan, or runs because the core forced it and has not emitted a token since.</returns>
    public bool Preempt(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        if (!CanPreempt(sequence))
        {
            return false;
        }

        if (sequence.ScheduledTokens > 0)
        {
            TokensLeft += sequence.ScheduledTokens;
            sequence.ScheduledTokens = 0;
            scheduled.Remove(sequence);
        }

        PartialTokensDropped += sequence.IsDecoding ? 0 : sequence.RemainingTokens;
        var computed = sequence.ComputedTokens;
        cache.Free(sequence);
        cache.SwapOut(sequence, computed);
        sequence.State = SequenceState.Waiting;
        sequence.Preemptions++;
        seatsTaken--;
        preempted.Add(sequence);
        scheduler.Preempted(sequence);
        return true;
    }

    /// <summary>
    /// Says that the plan stays as it is for that many steps, this one included, provided that nobody arrives, finishes or is aborted and that blocks
    /// suffice: the core cuts it there. It is used only when the plan does nothing but decode.
    /// </summary>
    public void HoldFor(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        HeldSteps = steps;
    }

    /// <summary>
    /// Says that the plan stays as it is for every step that starts before <paramref name="time"/>. An empty plan is left to sleep until
    /// then, if that is in the future, or until the next arrival.
    /// </summary>
    public void HoldUntil(TimeSpan time)
    {
        HeldUntil = time;
        HeldSteps = int.MaxValue;
    }

    internal void Reset()
    {
        foreach (var sequence in scheduled)
        {
            sequence.ScheduledTokens = 0;
        }

        foreach (var sequence in admitted)
        {
            sequence.AdmittedInPlan = false;
        }

        scheduled.Clear();
        admitted.Clear();
        preempted.Clear();
        Peak.Clear();
        PartialTokensDropped = 0;
        TokensLeft = limits.TokenBudget;
        seatsTaken = running.Count + ReservedSeats;
        HeldSteps = 1;
        HeldUntil = TimeSpan.MaxValue;
    }

    /// <summary>Drops a sequence that leaves the replica between steps: the plan of the last step must not touch it any more.</summary>
    internal void Forget(Sequence sequence)
    {
        if (sequence.ScheduledTokens > 0)
        {
            sequence.ScheduledTokens = 0;
            scheduled.Remove(sequence);
        }

        if (sequence.AdmittedInPlan)
        {
            sequence.AdmittedInPlan = false;
            admitted.Remove(sequence);
        }
    }

    /// <summary>The same for all that left with this step for another replica.</summary>
    internal void ForgetHandedOver()
    {
        scheduled.RemoveAll(IsHandedOver);
        admitted.RemoveAll(IsHandedOver);

        static bool IsHandedOver(Sequence sequence) => sequence is { HandsOver: true, State: SequenceState.Gone };
    }

    /// <summary>Preempts the newest others until the sequence can run: the last resort of a core that must make progress.</summary>
    internal bool ForceSchedule(Sequence sequence)
    {
        for (var i = running.Count - 1; i >= 0 && !TryScheduleAlone(sequence); i--)
        {
            if (!ReferenceEquals(running[i], sequence))
            {
                Preempt(running[i]);
            }
        }

        return sequence.ScheduledTokens > 0 || TryScheduleAlone(sequence);
    }

    /// <summary>Sums up the finished plan that starts at <paramref name="now"/>.</summary>
    internal void Seal(TimeSpan now)
    {
        var shape = default(StepShape);
        var decodes = 0;
        var decodeTokens = 0L;
        var digest = (ulong)preempted.Count;
        var left = int.MaxValue;
        var steady = preempted.Count == 0 && admitted.Count == 0;
        foreach (var sequence in preempted)
        {
            digest = Fold(digest, sequence.Request.Id, -1);
        }

        foreach (var sequence in scheduled)
        {
            digest = Fold(digest, sequence.Request.Id, sequence.ScheduledTokens);
            left = Math.Min(left, sequence.StopAfter - sequence.OutputTokens);
            if (sequence.IsDecoding)
            {
                decodes++;
                decodeTokens += sequence.KnownTokens;
                steady &= sequence.LastToken == now && !sequence.Aborting;
            }
            else
            {
                shape = shape.WithChunk(sequence.ScheduledTokens, sequence.ComputedTokens);
                steady = false;
            }
        }

        Shape = shape with { DecodeSequences = decodes, DecodeTokens = decodeTokens };
        Digest = digest;
        StepsToFinish = left;
        IsSteadyDecode = steady && decodes > 0;
    }

    private static ulong Fold(ulong digest, long id, int tokens) =>
        ((digest ^ (ulong)id) * 0x9E3779B97F4A7C15) + (ulong)(uint)tokens;

    private bool TryScheduleAlone(Sequence sequence)
    {
        var count = Math.Min(sequence.RemainingTokens, TokensLeft);
        var blocks = limits.BlocksFor(sequence.ComputedTokens + count) - sequence.HeldBlocks;
        return blocks <= cache.FreeBlocks && TrySchedule(sequence);
    }

    private void Place(Sequence sequence, int count)
    {
        sequence.ScheduledTokens = count;
        TokensLeft -= count;
        scheduled.Add(sequence);
    }

    /// <summary>Preempts by the victim rule until the blocks are free; evicts nobody when not even everybody else's blocks would do.</summary>
    private bool MakeRoom(Sequence needy, int blocks)
    {
        if (!CouldMakeRoom(needy, blocks))
        {
            return false;
        }

        while (blocks > cache.FreeBlocks)
        {
            var chosen = ChooseVictim();
            if (chosen is null || !Preempt(chosen) || ReferenceEquals(chosen, needy))
            {
                return false;
            }
        }

        return true;
    }

    private bool CouldMakeRoom(Sequence needy, int blocks)
    {
        // Shared units are counted once for every holder here, so this errs towards trying; the loop then ends with the needy sequence itself.
        var free = (long)cache.FreeBlocks;
        foreach (var sequence in running)
        {
            if (!ReferenceEquals(sequence, needy) && IsCandidate(sequence))
            {
                free += sequence.HeldBlocks;
                if (free >= blocks)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool CanPreempt(Sequence sequence) =>
        sequence.State == SequenceState.Running && !sequence.AdmittedInPlan && !sequence.IsForced;

    /// <summary>Whoever is about to emit its last permitted token gives all its blocks back after this step anyway.</summary>
    private static bool IsCandidate(Sequence sequence) =>
        CanPreempt(sequence) && !(sequence.IsDecoding && sequence.OutputTokens >= sequence.OutputLimit - 1);

    private Sequence? ChooseVictim()
    {
        Sequence? chosen = null;
        var lowest = double.PositiveInfinity;
        var lowestTie = double.PositiveInfinity;
        for (var i = running.Count - 1; i >= 0; i--)
        {
            var candidate = running[i];
            if (!IsCandidate(candidate))
            {
                continue;
            }

            var key = victim.Key(candidate);
            if (chosen is not null && key > lowest)
            {
                continue;
            }

            var tie = victim.Tie(candidate);
            if (chosen is null || key < lowest || tie < lowestTie)
            {
                chosen = candidate;
                lowest = key;
                lowestTie = tie;
            }
        }

        return chosen;
    }
}
