using System.Runtime.InteropServices;
using HalfFull.Engine.StepTime;
using HalfFull.Metrics;
using HalfFull.Queueing;

namespace HalfFull.Engine;

/// <summary>
/// One engine instance as a state machine with time passed in: <see cref="Submit"/>, <see cref="BeginStep"/>, <see cref="EndStep"/>, <see cref="Abort"/>,
/// <see cref="Detach"/> and <see cref="Attach"/>; <see cref="SubmitPrefill(Request, TimeSpan, bool)"/>, <see cref="TryReserve"/> and <see cref="Receive"/> where
/// one replica prefills and another decodes. A simulator drives it with modelled step times, a real engine with real ones; there is no second
/// scheduling code path. Not thread-safe.
/// </summary>
public sealed class Replica
{
    private readonly IEngineScheduler scheduler;
    private readonly IReplicaListener listener;
    private readonly KvCache cache;
    private readonly WaitingQueue<Sequence> waiting;
    private readonly List<Sequence> running = [];
    private readonly Stack<int> freeSlots = new();
    private readonly StepPlan plan;
    private readonly HeldSteps held;
    private int slots;
    private bool inFlight;
    private TimeSpan stepStart;
    private long waitingUncachedTokens;
    private long waitingKnownTokens;
    private long partialTokens;
    private int holds;
    private int keptBlocks;
    private TimeSpan keptSince;

    /// <summary>An idle replica.</summary>
    /// <param name="id">Its index in the fleet.</param>
    /// <param name="limits">What it may hold and do.</param>
    /// <param name="scheduler">Its scheduler; one instance serves one replica.</param>
    /// <param name="rates">Its rates, with start values set.</param>
    /// <param name="listener">Hears what it delivers.</param>
    public Replica(int id, EngineLimits limits, IEngineScheduler scheduler, EngineRates rates, IReplicaListener listener)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(rates);
        ArgumentNullException.ThrowIfNull(listener);
        Id = id;
        Limits = limits;
        Rates = rates;
        this.scheduler = scheduler;
        this.listener = listener;
        cache = new KvCache(limits);
        waiting = new WaitingQueue<Sequence>(scheduler.Order);
        plan = new StepPlan(cache, limits, scheduler, running);
        held = new HeldSteps(cache, limits, scheduler, listener, plan);
    }

    /// <summary>Its index in the fleet.</summary>
    public int Id { get; }

    /// <summary>What it may hold and do.</summary>
    public EngineLimits Limits { get; }

    /// <summary>Rates measured on line.</summary>
    public EngineRates Rates { get; }

    /// <summary>The plan of the step in flight.</summary>
    public StepPlan Plan => plan;

    /// <summary>Sequences waiting.</summary>
    public int Waiting => waiting.Count;

    /// <summary>Sequences admitted.</summary>
    public int Running => running.Count;

    /// <summary>Seats kept for sequences whose KV is on its way here.</summary>
    public int Reserved => plan.ReservedSeats;

    /// <summary>The sequences admitted, in order.</summary>
    public IReadOnlyList<Sequence> RunningSequences => running;

    /// <summary>
    /// Tokens that each scheduled sequence has computed beyond what its counters show, while a plan is held (<see cref="RunHeldSteps"/>): they are brought up to date
    /// when the holding ends.
    /// </summary>
    public int UncountedTokens => held.Repeated;

    /// <summary>KV tokens in use, in whole blocks; unreferenced cached prefixes are not in use.</summary>
    public long KvTokensInUse => (long)cache.ReferencedBlocks * Limits.BlockSize;

    /// <summary>Queued prefill tokens: uncached tokens of waiting sequences and the rest of partial prefills.</summary>
    public long QueuedPrefillTokens => waitingUncachedTokens + partialTokens;

    /// <summary>KV tokens that waiting sequences and the rest of partial prefills still need.</summary>
    public long KvTokensQueued => waitingKnownTokens + partialTokens;

    /// <summary>Steps begun.</summary>
    public long Steps => held.Steps;

    /// <summary>Total duration of ended steps.</summary>
    public TimeSpan BusyTime => held.BusyTime;

    /// <summary>Sum over ended steps of referenced KV blocks times duration in ticks.</summary>
    public Int128 KvBlockTicks => held.KvBlockTicks;

    /// <summary>Preemptions so far.</summary>
    public long Preemptions { get; private set; }

    /// <summary>Tokens computed a second time after a preemption.</summary>
    public long RecomputedTokens { get; private set; }

    /// <summary>Hash of every step plan so far, in order.</summary>
    public ulong DecisionHash => held.DecisionHash;

    /// <summary>When a scheduler that left the plan empty on purpose wants to be asked again; null otherwise.</summary>
    public TimeSpan? WakeAt { get; private set; }

    /// <summary>Whether a step is in flight.</summary>
    public bool IsStepInFlight => inFlight;

    /// <summary>Whether anything waits or runs.</summary>
    public bool HasWork => waiting.Count > 0 || running.Count > 0;

    /// <inheritdoc cref="EngineLimits.Refusal"/>
    public string? Refusal(Request request) => Limits.Refusal(request);

    /// <summary>Prompt tokens of a request that are in the prefix cache now and could be reused.</summary>
    public int CachedPromptTokens(Request request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return cache.MatchUnits(request, request.PromptTokens - 1) * request.PrefixUnitTokens;
    }

    /// <summary>
    /// Says that the KV of prefix units is no longer there: a host that cannot keep as many prefixes as the accounts hold says so before the next step begins. Units
    /// that a running sequence holds stay.
    /// </summary>
    /// <param name="hashes">Hashes of the units; unknown ones are passed over.</param>
    public void ForgetPrefixes(ReadOnlySpan<long> hashes)
    {
        foreach (var hash in hashes)
        {
            cache.Forget(hash);
        }
    }

    /// <summary>Puts a request into the queue.</summary>
    /// <param name="request">A request for which <see cref="Refusal"/> is null.</param>
    /// <param name="now">The time.</param>
    /// <param name="outputTokens">Output tokens after which it stops by itself, when the host knows (a simulator); it is not shown to the scheduler.</param>
    /// <exception cref="ArgumentException">The request can never run here.</exception>
    public Sequence Submit(Request request, TimeSpan now, int outputTokens = int.MaxValue)
    {
        if (Refusal(request) is { } reason)
        {
            throw new ArgumentException(reason, nameof(request));
        }

        held.Stop();
        var sequence = new Sequence(request, Limits.OutputLimit(request)) { Slot = TakeSlot() };
        sequence.StopAfter = Math.Clamp(outputTokens, 1, sequence.OutputLimit);
        Rates.Arrived(now);
        Enqueue(sequence);
        scheduler.Arrived(sequence);
        return sequence;
    }

    /// <summary>
    /// Puts a request into the queue that another replica decodes: with its first token it leaves by <see cref="IReplicaListener.HandedOver"/>. The engine sees
    /// a request for one token, as vLLM's and Dynamo's prefill workers do.
    /// </summary>
    /// <param name="request">A request for which <see cref="Refusal"/> is null.</param>
    /// <param name="now">The time.</param>
    /// <param name="isLast">Whether that token is its last, so that it completes here.</param>
    public Sequence SubmitPrefill(Request request, TimeSpan now, bool isLast)
    {
        ArgumentNullException.ThrowIfNull(request);
        var sequence = Submit(ForTokens(request, 1), now, outputTokens: 1);
        sequence.PrefillReplica = isLast ? null : Id;
        sequence.HandsOver = !isLast;
        return sequence;
    }

    /// <summary>The same for a sequence whose KV was lost on its way: it computes its prompt and its tokens again, emits the next one and leaves.</summary>
    /// <exception cref="ArgumentException">The request can never run here, or has generated as much as it could here.</exception>
    public void SubmitPrefill(Sequence sequence, Request request, TimeSpan now, bool isLast)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        ArgumentNullException.ThrowIfNull(request);
        sequence.Request = ForTokens(request, sequence.OutputTokens + 1);
        sequence.StopAfter = sequence.OutputTokens + 1;
        sequence.PrefillReplica = Id;
        sequence.HandsOver = !isLast;
        Rates.Arrived(now);
        Attach(sequence, 0);
    }

    /// <summary>
    /// Keeps a seat and blocks for a sequence whose KV is to be copied here. With a headroom, as SGLang's decode servers do: only while nobody who was preempted
    /// waits, and while so many more tokens stay free for each sequence, this one included, that runs or is on its way. A sequence alone needs no more than its own
    /// blocks. Without one, whoever waits and whatever stays free.
    /// </summary>
    /// <param name="tokens">Tokens that it will have to hold at once.</param>
    /// <param name="headroom">Tokens that stay free for each, at least 0; null for no regard to others.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null, with nothing changed, when there is no room yet.</returns>
    public KvHold? TryReserve(int tokens, int? headroom, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokens);
        if (headroom < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(headroom), headroom, "A headroom is at least 0.");
        }

        var blocks = Limits.BlocksFor(tokens);
        var present = running.Count + plan.ReservedSeats;
        var free = headroom is not { } each || present == 0 ? 0 : (long)Limits.BlocksFor(each) * (present + 1);
        if ((headroom is not null && waiting.Count > 0) || present >= Limits.MaxSequences || blocks + free > cache.FreeBlocks)
        {
            return null;
        }

        held.Stop();
        CountKept(now);
        cache.TakeUnused(blocks);
        plan.ReservedSeats++;
        return Keep(new KvHold(blocks));
    }

    /// <summary>Gives back what a hold keeps: its KV has been copied away, or will not come.</summary>
    public void Release(KvHold hold, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(hold);
        hold.Release();
        held.Stop();
        CountKept(now);
        var before = cache.ReferencedBlocks;
        cache.Free(hold);
        holds--;
        keptBlocks -= hold.PrivateBlocks;
        if (hold.Slot < 0)
        {
            plan.ReservedSeats--;
            return;
        }

        freeSlots.Push(hold.Slot);
        Rates.Finished(now, outputTokens: 1, (before - cache.ReferencedBlocks) * Limits.BlockSize);
    }

    /// <summary>Takes in a sequence whose KV has arrived in the room kept for it: it runs at once.</summary>
    /// <param name="sequence">A sequence that was handed over by another replica.</param>
    /// <param name="job">Its request, with the output tokens after which it stops by itself.</param>
    /// <param name="reserved">The room.</param>
    /// <param name="now">The time.</param>
    public void Receive(Sequence sequence, Job job, KvHold reserved, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        Release(reserved, now);
        sequence.Request = job.Request;
        sequence.HandsOver = false;
        sequence.StopAfter = job.OutputTokens;
        if (!Attach(sequence, sequence.KnownTokens - 1))
        {
            throw new InvalidOperationException($"Request {job.Request.Id} does not fit into the room that was kept for it.");
        }
    }

    /// <summary>Makes the step in flight the last one of a plan that is held, and brings the counters of its sequences up to date.</summary>
    public void StopHolding() => held.Stop();

    /// <summary>Plans and begins a step. The host then computes <see cref="StepPlan.Scheduled"/> and calls <see cref="EndStep"/>.</summary>
    /// <returns>False when there is nothing to do, or the scheduler sleeps until <see cref="WakeAt"/>.</returns>
    public bool BeginStep(TimeSpan now)
    {
        if (inFlight)
        {
            throw new InvalidOperationException("A step is in flight; end it before the next one begins.");
        }

        WakeAt = null;
        plan.Reset();
        if (!HasWork)
        {
            return false;
        }

        scheduler.Plan(
            new EngineSnapshot
            {
                Now = now,
                Waiting = new WaitingView(waiting, now),
                Running = CollectionsMarshal.AsSpan(running),
                Rates = Rates,
                Limits = Limits,
            },
            plan);
        if (plan.IsEmpty && !ForceProgress(now))
        {
            return false;
        }

        plan.Seal(now);
        CountKept(now);
        Commit(now);
        inFlight = true;
        stepStart = now;
        held.Begin(now);
        return true;
    }

    /// <summary>Ends the step in flight: its tokens exist, and sequences that caught up have emitted one.</summary>
    /// <param name="now">End of the step.</param>
    /// <param name="stopped">Sequences whose new token is their last one, as a real model tells; a simulator leaves it empty.</param>
    public void EndStep(TimeSpan now, ReadOnlySpan<Sequence> stopped = default)
    {
        if (!inFlight)
        {
            throw new InvalidOperationException("No step is in flight.");
        }

        held.Stop();
        stepStart = held.StepStart;
        foreach (var sequence in stopped)
        {
            sequence.StopAfter = Math.Min(sequence.StopAfter, sequence.OutputTokens + 1);
        }

        var duration = now - stepStart;
        held.End(duration);
        var shape = plan.Shape;
        var anyLeft = false;
        var anyHandedOver = false;
        var gap = TimeSpan.Zero;
        var gaps = 0L;
        foreach (var sequence in plan.Scheduled)
        {
            var decoding = sequence.IsDecoding;
            Compute(sequence, decoding);
            if (sequence.Aborting)
            {
                Leave(sequence, now, Outcome.Failed);
                anyLeft = true;
                continue;
            }

            if (sequence.ComputedTokens < sequence.KnownTokens)
            {
                continue;
            }

            if (sequence.OutputTokens++ == 0)
            {
                sequence.FirstToken = now;
                listener.FirstToken(Id, sequence, now);
            }
            else
            {
                var since = now - sequence.LastToken;
                if (since != gap && gaps > 0)
                {
                    listener.TokenGap(gap, gaps);
                    gaps = 0;
                }

                gap = since;
                gaps++;
            }

            sequence.KnownTokens++;
            sequence.LastToken = now;
            sequence.IsForced = false;
            if (sequence.OutputTokens >= sequence.StopAfter)
            {
                if (sequence.HandsOver)
                {
                    HandOver(sequence, now);
                    anyHandedOver = true;
                }
                else
                {
                    Leave(sequence, now, Outcome.Completed);
                }

                anyLeft = true;
            }
        }

        if (gaps > 0)
        {
            listener.TokenGap(gap, gaps);
        }

        inFlight = false;
        keptSince = now;
        if (anyLeft)
        {
            running.RemoveAll(static sequence => sequence.State == SequenceState.Gone);
        }

        if (anyHandedOver)
        {
            plan.ForgetHandedOver();
        }

        var report = new StepReport(now, duration, shape.PrefillTokens, shape.DecodeSequences);
        Rates.StepDone(report);
        scheduler.StepDone(report);
    }

    /// <summary>
    /// Fast-forward: while the plan is held and nobody finishes, ends the step in flight and begins its repetition, up to and including ends at
    /// <paramref name="horizon"/>, with O(1) work a step. The result equals that of ending and planning each step.
    /// </summary>
    /// <param name="end">End of the step in flight.</param>
    /// <param name="horizon">Time of the next event that could change what the replica does.</param>
    /// <param name="stepTime">Predicts the durations.</param>
    /// <returns>End of the step that is in flight now.</returns>
    public TimeSpan RunHeldSteps(TimeSpan end, TimeSpan horizon, IStepTimeModel stepTime)
    {
        ArgumentNullException.ThrowIfNull(stepTime);
        return held.Run(end, horizon, stepTime);
    }

    /// <summary>Takes a request out. If its step is in flight it goes when that ends. Harmless when it has gone already.</summary>
    public void Abort(Sequence sequence, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        if (sequence.State == SequenceState.Gone || sequence.Aborting)
        {
            return;
        }

        held.Stop();
        if (inFlight && sequence.ScheduledTokens > 0)
        {
            sequence.Aborting = true;
            return;
        }

        Withdraw(sequence);
        Leave(sequence, now, Outcome.Failed);
    }

    /// <summary>
    /// The replica dies: the step in flight yields nothing, and every request leaves as failed with the tokens that it has emitted. It is of no use afterwards but
    /// for its counts.
    /// </summary>
    public void Crash(TimeSpan now)
    {
        held.Stop();
        CountKept(now);
        if (inFlight)
        {
            held.End(now - held.StepStart);
            inFlight = false;
        }

        var all = new List<Sequence>(running);
        foreach (var sequence in waiting.InOrder(now))
        {
            all.Add(sequence);
        }

        foreach (var sequence in all)
        {
            Withdraw(sequence);
            Leave(sequence, now, Outcome.Failed);
        }
    }

    /// <summary>Takes a sequence out with its progress, to be attached to another replica. Not while its own step is in flight.</summary>
    /// <returns>Its computed tokens, whose KV the host must carry over for them to count there.</returns>
    public int Detach(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        if (sequence.State == SequenceState.Gone || (inFlight && sequence.ScheduledTokens > 0))
        {
            throw new InvalidOperationException($"Request {sequence.Request.Id} has gone or its step is in flight; detach between steps.");
        }

        held.Stop();
        plan.Forget(sequence);
        sequence.IsForced = false;
        var computed = sequence.ComputedTokens;
        Withdraw(sequence);
        Release(sequence);
        scheduler.Aborted(sequence);
        return computed;
    }

    /// <summary>Takes in a detached sequence. With computed tokens it runs at once, holding blocks for them; without, it joins the queue.</summary>
    /// <returns>False, with nothing changed, when there is no seat or not enough free blocks.</returns>
    /// <exception cref="ArgumentException">The request can never run here, or has generated as much as it could here.</exception>
    public bool Attach(Sequence sequence, int computedTokens)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(computedTokens);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(computedTokens, sequence.KnownTokens);
        if (sequence.State != SequenceState.Gone)
        {
            throw new InvalidOperationException($"Request {sequence.Request.Id} lives in a replica; detach it first.");
        }

        if (Refusal(sequence.Request) is { } reason)
        {
            throw new ArgumentException(reason, nameof(sequence));
        }

        var outputLimit = Limits.OutputLimit(sequence.Request);
        if (sequence.OutputTokens >= Math.Min(outputLimit, sequence.StopAfter))
        {
            throw new ArgumentException(
                $"Request {sequence.Request.Id} has generated {sequence.OutputTokens} tokens and may not generate more here.", nameof(sequence));
        }

        var blocks = Limits.BlocksFor(computedTokens);
        if (computedTokens > 0 && (running.Count + plan.ReservedSeats >= Limits.MaxSequences || blocks > cache.FreeBlocks))
        {
            return false;
        }

        held.Stop();
        sequence.Slot = TakeSlot();
        sequence.OutputLimit = outputLimit;
        sequence.StopAfter = Math.Min(sequence.StopAfter, outputLimit);
        if (computedTokens == 0)
        {
            Enqueue(sequence);
            scheduler.Arrived(sequence);
            return true;
        }

        sequence.State = SequenceState.Running;
        cache.Allocate(sequence, blocks);
        sequence.ComputedTokens = computedTokens;
        cache.Publish(sequence);
        running.Add(sequence);
        partialTokens += PartialTokens(sequence);
        scheduler.Arrived(sequence);
        scheduler.Admitted(sequence);
        return true;
    }

    /// <summary>Throws when blocks or tokens do not add up. For tests: O(everything).</summary>
    internal void CheckInvariants() => ReplicaInvariants.Check(Limits, cache, running, plan, held.Repeated, inFlight, partialTokens, keptBlocks);

    private static Request ForTokens(Request request, int outputTokens) => request with
    {
        MaxOutputTokens = outputTokens,
        PredictedOutputTokens = request.PredictedOutputTokens is null ? null : outputTokens,
    };

    private static int PartialTokens(Sequence sequence) => sequence.IsDecoding ? 0 : sequence.RemainingTokens;

    private int TakeSlot() => freeSlots.TryPop(out var slot) ? slot : slots++;

    private void Enqueue(Sequence sequence)
    {
        sequence.State = SequenceState.Waiting;
        sequence.UncachedTokens = sequence.KnownTokens - cache.TokensAtHand(sequence);
        sequence.QueueHandle = waiting.Add(sequence, new QueueEntry(sequence.Request, sequence.UncachedTokens, sequence.OutputTokens) { Slot = sequence.Slot });
        waitingUncachedTokens += sequence.UncachedTokens;
        waitingKnownTokens += sequence.KnownTokens;
    }

    private void Dequeue(Sequence sequence)
    {
        waiting.Remove(sequence.QueueHandle);
        sequence.QueueHandle = -1;
        waitingUncachedTokens -= sequence.UncachedTokens;
        waitingKnownTokens -= sequence.KnownTokens;
    }

    /// <summary>A policy that schedules nothing cannot hang the engine: the oldest running sequence runs, or the first in the queue is admitted.</summary>
    private bool ForceProgress(TimeSpan now)
    {
        TimeSpan? wake = plan.HeldUntil > now && plan.HeldUntil < TimeSpan.MaxValue ? plan.HeldUntil : null;
        if (plan.HasPreempted)
        {
            // Whoever was preempted for nothing returns to the queue first.
            Commit(now);
            plan.Reset();
        }

        WakeAt = wake;
        if (wake is not null)
        {
            return false;
        }

        if (running.Count > 0)
        {
            running[0].IsForced = true;
            return plan.ForceSchedule(running[0]);
        }

        foreach (var sequence in waiting.InOrder(now))
        {
            sequence.IsForced = true;
            return plan.TryAdmit(sequence);
        }

        return false;
    }

    private void Commit(TimeSpan now)
    {
        foreach (var sequence in plan.Admitted)
        {
            Dequeue(sequence);
            sequence.CachedTokens = sequence.FirstScheduled is null ? sequence.SharedTokens : sequence.CachedTokens;
            sequence.FirstScheduled ??= now;
            partialTokens += PartialTokens(sequence);
        }

        if (plan.HasPreempted)
        {
            Preemptions += plan.Preempted.Count;
            partialTokens -= plan.PartialTokensDropped;
            running.RemoveAll(static sequence => sequence.State != SequenceState.Running);
            foreach (var sequence in plan.Preempted)
            {
                Enqueue(sequence);
            }
        }

        running.AddRange(plan.Admitted);
    }

    private void Compute(Sequence sequence, bool decoding)
    {
        var tokens = sequence.ScheduledTokens;
        var before = sequence.ComputedTokens;
        var after = before + tokens;
        RecomputedTokens += Math.Max(0, Math.Min(after, sequence.HighWater) - before);
        sequence.HighWater = Math.Max(sequence.HighWater, after);
        if (decoding)
        {
            sequence.ComputedTokens = after;
            return;
        }

        partialTokens -= PartialTokens(sequence);
        sequence.ComputedTokens = after;
        partialTokens += PartialTokens(sequence);
        cache.Publish(sequence);
    }

    /// <summary>Takes a sequence out of the queue or out of the running ones, without freeing its blocks.</summary>
    private void Withdraw(Sequence sequence)
    {
        if (sequence.State == SequenceState.Waiting)
        {
            Dequeue(sequence);
            return;
        }

        partialTokens -= PartialTokens(sequence);
        running.Remove(sequence);
    }

    private void Leave(Sequence sequence, TimeSpan now, Outcome outcome)
    {
        if (inFlight && sequence.Aborting)
        {
            partialTokens -= PartialTokens(sequence);
        }

        var record = sequence.ToRecord(Id, now, outcome);
        var heldBlocks = cache.ReferencedBlocks;
        Release(sequence);
        if (outcome == Outcome.Completed)
        {
            Rates.Finished(now, sequence.OutputTokens, (heldBlocks - cache.ReferencedBlocks) * Limits.BlockSize);
            scheduler.Finished(sequence);
        }
        else
        {
            scheduler.Aborted(sequence);
        }

        listener.Ended(sequence, record);
    }

    private void HandOver(Sequence sequence, TimeSpan now)
    {
        var hold = Keep(KvCache.Keep(sequence));
        sequence.State = SequenceState.Gone;
        sequence.ScheduledTokens = 0;
        sequence.AdmittedInPlan = false;
        scheduler.Finished(sequence);
        listener.HandedOver(Id, sequence, hold, now);
    }

    private KvHold Keep(KvHold hold)
    {
        holds++;
        keptBlocks += hold.PrivateBlocks;
        return hold;
    }

    /// <summary>Blocks are counted step by step; those of holds stay in use between steps as well.</summary>
    private void CountKept(TimeSpan now)
    {
        if (holds > 0 && !inFlight)
        {
            held.Kept(now - keptSince);
        }

        keptSince = now;
    }

    private void Release(Sequence sequence)
    {
        cache.Free(sequence);
        cache.DropSwapped(sequence);
        sequence.State = SequenceState.Gone;
        freeSlots.Push(sequence.Slot);
    }
}
