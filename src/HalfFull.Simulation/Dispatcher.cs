using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Routing;
using HalfFull.Routing.Prefix;

namespace HalfFull.Simulation;

/// <summary>
/// The simulated host of a router: filters replicas that a request can never fit, shows the rest, keeps the ledger of what was sent
/// and not ended, and hashes the decisions.
/// </summary>
internal sealed class Dispatcher
{
    private readonly IRouter router;
    private readonly Replica[] replicas;
    private readonly ReplicaView[] views;
    private readonly int[] inFlightRequests;
    private readonly long[] inFlightPromptTokens;
    private readonly int[] streaming;
    private readonly long[] inFlightPrefillTokens;
    private readonly Dictionary<long, int> prefillOf = []; // by request without a first token: what was reserved is released, never estimated again
    private readonly PrefixHits? hits;
    private readonly EngineModel[]? engines;
    private readonly SequenceView[][] sequences;

    internal Dispatcher(IRouter router, Replica[] replicas, SimulationSetup setup)
    {
        this.router = router;
        this.replicas = replicas;
        views = new ReplicaView[replicas.Length];
        inFlightRequests = new int[replicas.Length];
        inFlightPromptTokens = new long[replicas.Length];
        streaming = new int[replicas.Length];
        inFlightPrefillTokens = new long[replicas.Length];
        hits = router.NeedsPrefixHits && setup.PrefixHits == PrefixSource.Index ? new PrefixHits() : null;
        engines = router.NeedsSequences ? [.. setup.Fleet.Select(static spec => new EngineModel(spec.Limits, spec.StepTime))] : null;
        sequences = router.NeedsSequences ? [.. replicas.Select(static replica => new SequenceView[replica.Limits.MaxSequences])] : [];
    }

    /// <summary>What the router has learned, for the summary.</summary>
    internal IReadOnlyList<LearnedFigure> Learned => router.Learned;

    /// <summary>Why the first request that no replica can ever run was refused; null while there is none.</summary>
    internal string? FirstRefusal { get; private set; }

    /// <summary>Hash of the decisions so far, in order.</summary>
    internal ulong DecisionHash { get; private set; }

    /// <summary>Decides on a request and reserves for it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="now">The time.</param>
    /// <param name="replica">The replica chosen; null when it is held or rejected.</param>
    internal RouteKind Route(Request request, TimeSpan now, out Replica? replica)
    {
        replica = null;
        var asked = new RouteRequest(request, now);
        hits?.Look(asked);
        string? refusal = null;
        var candidates = 0;
        foreach (var candidate in replicas)
        {
            if (candidate.Refusal(request) is { } reason)
            {
                refusal = reason;
            }
            else
            {
                views[candidates++] = View(candidate, request);
            }
        }

        if (candidates == 0)
        {
            FirstRefusal ??= refusal;
            Hash(request, -2);
            return RouteKind.Reject;
        }

        var decision = router.Choose(asked, views.AsSpan(0, candidates), default);
        if (decision.Kind != RouteKind.Route)
        {
            Hash(request, decision.Kind == RouteKind.Hold ? -1 : -2);
            return decision.Kind;
        }

        if ((uint)decision.Index >= (uint)candidates)
        {
            throw new InvalidOperationException($"The router chose candidate {decision.Index} of {candidates} for request {request.Id}.");
        }

        ref readonly var view = ref views[decision.Index];
        replica = replicas[view.Replica];
        Reserve(request, view);
        hits?.Dispatched(asked, view.Replica, view.Epoch);
        router.Dispatched(asked, view);
        Hash(request, replica.Id);
        return RouteKind.Route;
    }

    /// <summary>A replica emitted a request's first token.</summary>
    internal void FirstToken(Request request, int replica, TimeSpan now)
    {
        if (prefillOf.Remove(request.Id, out var prefill))
        {
            inFlightPrefillTokens[replica] -= prefill;
            streaming[replica]++;
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

        router.Ended(record);
    }

    private void Reserve(Request request, in ReplicaView view)
    {
        var prefill = request.PromptTokens - (view.CachedPromptTokens ?? 0);
        inFlightRequests[view.Replica]++;
        inFlightPromptTokens[view.Replica] += request.PromptTokens;
        inFlightPrefillTokens[view.Replica] += prefill;
        prefillOf[request.Id] = prefill;
    }

    private ReplicaView View(Replica replica, Request request) => new()
    {
        Replica = replica.Id,
        Running = replica.Running,
        Waiting = replica.Waiting,
        QueuedPrefillTokens = replica.QueuedPrefillTokens,
        KvTokensInUse = replica.KvTokensInUse,
        KvTokensQueued = replica.KvTokensQueued,
        KvCapacityTokens = replica.Limits.KvCapacityTokens,
        PrefillTokensPerSecond = replica.Rates.PrefillTokensPerSecond,
        ReleasedTokensPerSecond = replica.Rates.ReleasedTokensPerSecond,
        MeanOutputTokens = replica.Rates.MeanOutputTokens,
        SecondsPerStep = replica.Steps > 0 ? replica.BusyTime.TotalSeconds / replica.Steps : null,
        CachedPromptTokens = !router.NeedsPrefixHits ? null : hits is null ? replica.CachedPromptTokens(request) : hits.Tokens(replica.Id, epoch: 0),
        InFlightRequests = inFlightRequests[replica.Id],
        InFlightPromptTokens = inFlightPromptTokens[replica.Id],
        InFlightStreaming = streaming[replica.Id],
        InFlightPrefillTokens = inFlightPrefillTokens[replica.Id],
        Engine = engines?[replica.Id],
        Sequences = engines is null ? default : Sequences(replica),
    };

    private ReadOnlyMemory<SequenceView> Sequences(Replica replica)
    {
        var running = replica.RunningSequences;
        var copies = sequences[replica.Id];
        for (var i = 0; i < running.Count; i++)
        {
            var sequence = running[i];
            var uncounted = sequence.ScheduledTokens > 0 ? replica.UncountedTokens : 0;
            copies[i] = new SequenceView(
                sequence.ComputedTokens + uncounted,
                sequence.IsDecoding ? 0 : sequence.RemainingTokens,
                sequence.OutputTokens + uncounted,
                sequence.OutputLimit,
                sequence.Request.PredictedOutputTokens);
        }

        return copies.AsMemory(0, running.Count);
    }

    private void Hash(Request request, int choice) => DecisionHash = Rng.Mix(DecisionHash ^ Rng.Mix((ulong)request.Id) ^ (ulong)(uint)choice);
}
