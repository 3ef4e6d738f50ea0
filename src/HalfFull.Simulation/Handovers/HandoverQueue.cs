using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Simulation.Gateways;

namespace HalfFull.Simulation.Handovers;

/// <summary>
/// What happens to requests between prefill and decoding: each waits at the replica chosen until that has room, first come, first served, then its KV is copied,
/// and it decodes. The source keeps the KV until the copy has arrived.
/// </summary>
internal sealed class HandoverQueue
{
    private readonly FleetState fleet;
    private readonly ReplicaReports? reports;
    private readonly Intakes intakes;
    private readonly KvLinks links;
    private readonly int headroom;
    private readonly int[] prefillers;
    private readonly Queue<Handover> prefilled = new();
    private readonly PriorityQueue<Attempt, (TimeSpan Time, long Number)> due = new(); // requests that reach their target, and copies that arrive
    private long number;

    /// <param name="setup">The run.</param>
    /// <param name="fleet">Its replicas.</param>
    /// <param name="reports">Their reports; null when routers see them as they are.</param>
    /// <param name="intakes">Who waits for room.</param>
    internal HandoverQueue(SimulationSetup setup, FleetState fleet, ReplicaReports? reports, Intakes intakes)
    {
        this.fleet = fleet;
        this.reports = reports;
        this.intakes = intakes;
        links = new KvLinks(setup.KvTransfer!, fleet.Count);
        headroom = setup.DecodeHeadroom;
        prefillers = [.. Enumerable.Range(0, fleet.Count).Where(i => fleet.Specs[i].Role == ReplicaRole.Prefill)];
    }

    /// <summary>Whether anything will reach a replica.</summary>
    internal bool Any => due.Count > 0;

    /// <summary>When the next thing reaches a replica; <see cref="TimeSpan.MaxValue"/> without one.</summary>
    internal TimeSpan NextTime => due.TryPeek(out _, out var next) ? next.Time : TimeSpan.MaxValue;

    /// <summary>KV copied so far.</summary>
    internal HandoverTotals Totals { get; } = new();

    /// <summary>A replica has prefilled a request; what is to be done follows when its step has ended (<see cref="TryTakePrefilled"/>).</summary>
    internal void Prefilled(Handover handover) => prefilled.Enqueue(handover);

    /// <summary>Takes the next request that was prefilled.</summary>
    internal bool TryTakePrefilled([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Handover? handover) => prefilled.TryDequeue(out handover);

    /// <summary>
    /// Until when replicas that decode may run ahead: whenever one that prefills ends a step, they may be asked for room. That end comes in the order of replicas
    /// among others of the same time, so it is not included. One that waits for its memory to be copied away may begin whenever anybody finishes somewhere, so
    /// then nobody runs ahead.
    /// </summary>
    internal TimeSpan Bound(StepEvents events, TimeSpan horizon)
    {
        var bound = NextTime < horizon ? NextTime : horizon;
        foreach (var replica in prefillers)
        {
            if (events.Has(replica))
            {
                bound = events.TimeOf(replica) <= bound ? events.TimeOf(replica) - TimeSpan.FromTicks(1) : bound;
            }
            else if (fleet.Replicas[replica] is { HasWork: true })
            {
                return TimeSpan.Zero;
            }
        }

        return bound;
    }

    /// <summary>A gateway has chosen where a request is decoded.</summary>
    internal void Send(in Attempt attempt, int target, TimeSpan now)
    {
        attempt.Handover!.Target = target;
        var latency = fleet.Specs[target].Latency;
        if (latency > TimeSpan.Zero)
        {
            due.Enqueue(attempt, (now + latency, number++));
        }
        else
        {
            Join(attempt, now);
        }
    }

    /// <summary>Takes the next copy that has arrived; requests that reach their target on the way join its queue.</summary>
    internal bool TryTakeArrived(TimeSpan now, out Attempt attempt)
    {
        while (NextTime <= now)
        {
            attempt = due.Dequeue();
            if (attempt.Handover!.Room is not null)
            {
                return true;
            }

            Join(attempt, now);
        }

        attempt = default;
        return false;
    }

    /// <summary>The KV of a request has arrived: it runs at its target, and its source gives up what it kept.</summary>
    internal void Arrive(in Attempt attempt, TimeSpan now)
    {
        var handover = attempt.Handover!;
        var sequence = handover.Sequence;
        var (source, target) = (fleet[handover.Source], fleet[handover.Target]);
        reports?.CatchUpWith(source, now);
        reports?.CatchUpWith(target, now);
        Totals.Add(handover, now);
        sequence.HandoverTime += now - handover.Since;
        target.Receive(sequence, attempt.Job, handover.Room!, now);
        source.Release(handover.Kept!, now);
        (handover.Room, handover.Kept) = (null, null);
    }

    /// <summary>Starts the copies for which a replica has room.</summary>
    internal void Refill(int replica, TimeSpan now)
    {
        while (intakes.TryPeek(replica, out var attempt)
            && fleet[replica].TryReserve(attempt.Handover!.Sequence.KnownTokens, headroom, now) is { } room)
        {
            intakes.Take(replica);
            var handover = attempt.Handover;
            var (start, arrival) = links.Book(handover.Source, replica, handover.Tokens, now);
            (handover.Room, handover.CopyStart) = (room, start);
            due.Enqueue(attempt, (arrival, number++));
        }
    }

    /// <summary>Gives up what a request has at its source, if that lives.</summary>
    internal void Drop(Handover handover, TimeSpan now)
    {
        if (handover.Kept is { } kept && fleet.Replicas[handover.Source] is { } source)
        {
            reports?.CatchUpWith(source, now);
            source.Release(kept, now);
        }

        handover.Kept = null;
    }

    /// <summary>A replica has died: takes out all requests that were between it and another, and frees the other ends.</summary>
    internal List<Attempt> Lost(int replica, TimeSpan now)
    {
        links.Died(replica);
        var lost = new List<Attempt>();
        intakes.RemoveAll(IsLost, lost);
        var all = due.UnorderedItems.OrderBy(static item => item.Priority.Number).ToArray();
        due.Clear();
        foreach (var (attempt, priority) in all)
        {
            if (IsLost(attempt.Handover!))
            {
                lost.Add(attempt);
            }
            else
            {
                due.Enqueue(attempt, priority);
            }
        }

        foreach (var handover in lost.Select(static attempt => attempt.Handover!))
        {
            if (handover.Room is { } room && fleet.Replicas[handover.Target] is { } target && handover.Target != replica)
            {
                reports?.CatchUpWith(target, now);
                target.Release(room, now);
            }

            handover.Room = null;
        }

        return lost;

        bool IsLost(Handover handover) => handover.Source == replica || handover.Target == replica;
    }

    private void Join(in Attempt attempt, TimeSpan now)
    {
        var target = attempt.Handover!.Target;
        reports?.CatchUpWith(fleet[target], now);
        intakes.Add(attempt);
        Refill(target, now);
    }
}
