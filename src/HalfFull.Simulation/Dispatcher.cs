using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Routing;

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

    internal Dispatcher(IRouter router, Replica[] replicas)
    {
        this.router = router;
        this.replicas = replicas;
        views = new ReplicaView[replicas.Length];
        inFlightRequests = new int[replicas.Length];
        inFlightPromptTokens = new long[replicas.Length];
    }

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

        var decision = router.Choose(new RouteRequest(request, now), views.AsSpan(0, candidates), default);
        if (decision.Kind != RouteKind.Route)
        {
            Hash(request, decision.Kind == RouteKind.Hold ? -1 : -2);
            return decision.Kind;
        }

        if ((uint)decision.Index >= (uint)candidates)
        {
            throw new InvalidOperationException($"The router chose candidate {decision.Index} of {candidates} for request {request.Id}.");
        }

        replica = replicas[views[decision.Index].Replica];
        inFlightRequests[replica.Id]++;
        inFlightPromptTokens[replica.Id] += request.PromptTokens;
        Hash(request, replica.Id);
        return RouteKind.Route;
    }

    /// <summary>A replica emitted a request's first token.</summary>
    internal void FirstToken(Request request, int replica, TimeSpan now) => router.FirstToken(request, replica, now);

    /// <summary>A request left its replica: releases what was reserved.</summary>
    internal void Ended(in RequestRecord record)
    {
        inFlightRequests[record.Replica]--;
        inFlightPromptTokens[record.Replica] -= record.PromptTokens;
        router.Ended(record);
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
        CachedPromptTokens = router.NeedsPrefixHits ? replica.CachedPromptTokens(request) : null,
        InFlightRequests = inFlightRequests[replica.Id],
        InFlightPromptTokens = inFlightPromptTokens[replica.Id],
    };

    private void Hash(Request request, int choice) => DecisionHash = Rng.Mix(DecisionHash ^ Rng.Mix((ulong)request.Id) ^ (ulong)(uint)choice);
}
