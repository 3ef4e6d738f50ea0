using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Routing;
using HalfFull.Routing.Prefix;
using HalfFull.Simulation.Gateways;

namespace HalfFull.Simulation;

/// <summary>
/// The simulated host of a router, one gateway: filters replicas that a request can never fit or that take none, shows the rest, keeps the ledger of what it has
/// sent and not seen the end of, and hashes the decisions.
/// </summary>
internal sealed class Dispatcher
{
    private readonly IRouter router;
    private readonly int gateways;
    private readonly FleetState fleet;
    private readonly ReplicaObserver observer;
    private readonly ReplicaReports? reports;
    private readonly UnreportedRequests? unreported;
    private readonly ReplicaView[] views;
    private readonly int[] inFlightRequests;
    private readonly long[] inFlightPromptTokens;
    private readonly int[] streaming;
    private readonly long[] inFlightPrefillTokens;
    private readonly Dictionary<long, int> prefillOf = []; // by request without a first token: what was reserved is released, never estimated again
    private readonly PrefixHits? hits;
    private readonly ReplicaRole role;
    private readonly int[] own;

    /// <param name="router">Decides.</param>
    /// <param name="fleet">The replicas, shared by all gateways.</param>
    /// <param name="observer">Reads their figures.</param>
    /// <param name="reports">Their reports, shared by all gateways; null when the router sees the replicas as they are.</param>
    /// <param name="setup">The run.</param>
    /// <param name="role">Role of the replicas that it sends to.</param>
    internal Dispatcher(
        IRouter router, FleetState fleet, ReplicaObserver observer, ReplicaReports? reports, SimulationSetup setup, ReplicaRole role = ReplicaRole.Whole)
    {
        this.role = role;
        own = [.. Enumerable.Range(0, fleet.Count).Where(i => fleet.Specs[i].Role == role)];
        this.router = router;
        this.fleet = fleet;
        this.observer = observer;
        this.reports = reports;
        gateways = setup.Gateways;
        views = new ReplicaView[fleet.Count];
        inFlightRequests = new int[fleet.Count];
        inFlightPromptTokens = new long[fleet.Count];
        streaming = new int[fleet.Count];
        inFlightPrefillTokens = new long[fleet.Count];
        unreported = reports is not null || fleet.Specs.Any(static spec => spec.Latency > TimeSpan.Zero) ? new UnreportedRequests(fleet.Count) : null;
        hits = router.NeedsPrefixHits && setup.PrefixHits == PrefixSource.Index && role != ReplicaRole.Decode ? new PrefixHits() : null;
    }

    /// <summary>What the router has learned, for the summary.</summary>
    internal IReadOnlyList<LearnedFigure> Learned => router.Learned;

    /// <summary>Why the first request that no replica can ever run was refused; null while there is none.</summary>
    internal string? FirstRefusal { get; private set; }

    /// <summary>Hash of the decisions so far, in order.</summary>
    internal ulong DecisionHash { get; private set; }

    /// <summary>Whether nothing is reserved any more.</summary>
    internal bool IsLedgerZero =>
        prefillOf.Count == 0
        && unreported is null or { IsEmpty: true }
        && !inFlightRequests.AsSpan().ContainsAnyExcept(0)
        && !streaming.AsSpan().ContainsAnyExcept(0)
        && !inFlightPromptTokens.AsSpan().ContainsAnyExcept(0)
        && !inFlightPrefillTokens.AsSpan().ContainsAnyExcept(0);

    /// <summary>
    /// Why no replica of this role can ever run a request, as one sentence; null when one can.
    /// </summary>
    internal string? RefusalOfAll(Request request)
    {
        string? refusal = null;
        foreach (var i in own)
        {
            refusal = fleet.Specs[i].Limits.Refusal(request);
            if (refusal is null)
            {
                return null;
            }
        }

        return refusal;
    }

    /// <summary>Refuses a request that this gateway could send on, but nobody after it.</summary>
    internal DoorAnswer Refuse(Request request, string refusal)
    {
        Hash(request, -2);
        FirstRefusal ??= refusal;
        return DoorAnswer.Rejected;
    }

    /// <summary>Decides on a request and reserves for it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="attempt">0 for the first try.</param>
    /// <param name="outputTokens">Tokens that it has generated before.</param>
    /// <param name="now">The time.</param>
    /// <param name="replica">The replica chosen; -1 unless it is sent.</param>
    internal DoorAnswer Route(Request request, int attempt, int outputTokens, TimeSpan now, out int replica)
    {
        replica = -1;
        var asked = new RouteRequest(request, now, attempt, gateways);
        hits?.Look(asked);
        string? refusal = null;
        var closed = false;
        var candidates = 0;
        EngineLimits? limits = null;
        string? reason = null;
        foreach (var i in own)
        {
            if (!ReferenceEquals(limits, fleet.Specs[i].Limits))
            {
                limits = fleet.Specs[i].Limits;
                reason = limits.Refusal(request);
            }

            if (reason is not null)
            {
                refusal = reason;
            }
            else if (outputTokens > 0 && limits!.OutputLimit(request) <= outputTokens)
            {
                continue;
            }
            else if (fleet.Takes(i))
            {
                views[candidates++] = View(fleet[i], request, now);
            }
            else
            {
                closed = true;
            }
        }

        if (candidates == 0)
        {
            Hash(request, -2);
            if (closed)
            {
                return DoorAnswer.Unavailable;
            }

            FirstRefusal ??= refusal;
            return DoorAnswer.Rejected;
        }

        var decision = router.Choose(asked, views.AsSpan(0, candidates), default);
        if (decision.Kind != RouteKind.Route)
        {
            Hash(request, decision.Kind == RouteKind.Hold ? -1 : -2);
            return decision.Kind == RouteKind.Hold ? DoorAnswer.Held : DoorAnswer.Rejected;
        }

        if ((uint)decision.Index >= (uint)candidates)
        {
            throw new InvalidOperationException($"The router chose candidate {decision.Index} of {candidates} for request {request.Id}.");
        }

        ref readonly var view = ref views[decision.Index];
        replica = view.Replica;
        Reserve(request, view, now);
        hits?.Dispatched(asked, view.Replica, view.Epoch);
        router.Dispatched(asked, view);
        Hash(request, replica);
        return DoorAnswer.Sent;
    }

    /// <summary>A replica emitted a request's first token.</summary>
    internal void FirstToken(Request request, int replica, TimeSpan now)
    {
        if (prefillOf.Remove(request.Id, out var prefill))
        {
            inFlightPrefillTokens[replica] -= prefill;
            streaming[replica]++;
            unreported?.Prefilled(request.Id);
        }

        router.FirstToken(request, replica, now);
    }

    /// <summary>A request left its replica: releases what was reserved.</summary>
    internal void Ended(in RequestRecord record)
    {
        inFlightRequests[record.Replica]--;
        inFlightPromptTokens[record.Replica] -= record.PromptTokens;
        if (prefillOf.Remove(record.Id, out var prefill))
        {
            inFlightPrefillTokens[record.Replica] -= prefill;
        }
        else
        {
            streaming[record.Replica]--;
        }

        unreported?.Settle(record.Id);

        router.Ended(record);
    }

    /// <summary>A request that has its first token goes on at another replica: what is reserved moves with it.</summary>
    internal void Moved(Request request, int from, int to)
    {
        inFlightRequests[from]--;
        inFlightRequests[to]++;
        inFlightPromptTokens[from] -= request.PromptTokens;
        inFlightPromptTokens[to] += request.PromptTokens;
        streaming[from]--;
        streaming[to]++;
        unreported?.Settle(request.Id);
    }

    /// <summary>A replica has died, and every request there has been reported as ended.</summary>
    internal void Died(int replica) => unreported?.Forget(replica);

    /// <summary>A replica will take nothing any more.</summary>
    internal void Removed(int replica) => hits?.Removed(replica);

    private void Reserve(Request request, in ReplicaView view, TimeSpan now)
    {
        var prefill = role == ReplicaRole.Decode ? 0 : request.PromptTokens - (view.CachedPromptTokens ?? 0);
        inFlightRequests[view.Replica]++;
        inFlightPromptTokens[view.Replica] += request.PromptTokens;
        inFlightPrefillTokens[view.Replica] += prefill;
        prefillOf.Add(request.Id, prefill);
        unreported?.Add(request.Id, view.Replica, request.PromptTokens, prefill, now + view.Latency);
    }

    private ReplicaView View(Replica replica, Request request, TimeSpan now)
    {
        var id = replica.Id;
        reports?.CatchUpWith(replica, now);

        // What is on the way at this moment is in no figure of the replica, not even in fresh ones.
        unreported?.Reported(id, reports is null ? now + TimeSpan.FromTicks(1) : reports.TakenAt(id));
        var epoch = fleet.Epoch(id);
        var mine = new OwnFigures(
            epoch,
            fleet.Specs[id].Latency,
            !router.NeedsPrefixHits ? null : role == ReplicaRole.Decode ? request.PromptTokens : hits is null ? replica.CachedPromptTokens(request) : hits.Tokens(id, epoch),
            inFlightRequests[id],
            inFlightPromptTokens[id],
            streaming[id],
            inFlightPrefillTokens[id],
            unreported?.Requests(id) ?? 0,
            unreported?.PrefillTokens(id) ?? 0,
            unreported?.PromptTokens(id) ?? 0);
        return reports is null ? observer.Observe(replica, mine) : reports.Of(id, now, mine);
    }

    private void Hash(Request request, int choice) => DecisionHash = Rng.Mix(DecisionHash ^ Rng.Mix((ulong)request.Id) ^ (ulong)(uint)choice);
}
