using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Routing;
using HalfFull.Routing.Prefix;

namespace HalfFull.Gateway.Replicas;

/// <summary>
/// The replicas, their ledger and the router, behind one lock: filter, choose and reserve are one critical section. Nothing in it waits or does I/O.
/// </summary>
public sealed class ReplicaPool
{
    private static readonly PolicyCatalog<IRouter> Routers = PolicyCatalog<IRouter>.FromAssembly(typeof(IRouter).Assembly);

    private readonly Lock gate = new();
    private readonly GatewayOptions options;
    private readonly IRouter router;
    private readonly PrefixHits? hits;
    private readonly List<RemoteReplica> replicas = [];
    private readonly long origin;
    private ReplicaView[] views = new ReplicaView[16];
    private RemoteReplica[] candidates = new RemoteReplica[16];
    private int nextId;

    /// <summary>An empty pool.</summary>
    /// <exception cref="PolicyException">The router is unknown or its options are refused.</exception>
    public ReplicaPool(GatewayOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        origin = options.Time.GetTimestamp();
        router = Routers.Create(options.Router, new Rng(options.Seed), new RouterSeed(options.Seed));
        hits = router.NeedsPrefixHits ? new PrefixHits() : null;
        if (router.NeedsPrediction)
        {
            throw new PolicyException($"Router '{options.Router}' needs predicted output lengths, which a gateway does not have; choose another, or use it in simulate or compare.");
        }
    }

    /// <summary>Time since the pool was made: the clock of requests and leases.</summary>
    public TimeSpan Now => options.Time.GetElapsedTime(origin);

    /// <summary>Adds a replica. It takes requests once a health check has passed.</summary>
    public RemoteReplica Add(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        lock (gate)
        {
            var replica = new RemoteReplica(nextId++, address, options);
            replicas.Add(replica);
            return replica;
        }
    }

    /// <summary>Lets a replica finish what it has and take nothing new.</summary>
    /// <returns>False when there is no replica of that number.</returns>
    public bool Drain(int id)
    {
        lock (gate)
        {
            if (Find(id) is not { } replica)
            {
                return false;
            }

            replica.IsDraining = true;
            return true;
        }
    }

    /// <summary>Takes a replica out. What it has is finished.</summary>
    /// <returns>The replica; null when there is none of that number.</returns>
    public RemoteReplica? Remove(int id)
    {
        lock (gate)
        {
            var replica = Find(id);
            if (replica is not null)
            {
                replica.IsDraining = true;
                replicas.Remove(replica);
                hits?.Removed(id);
            }

            return replica;
        }
    }

    /// <summary>Reads the replicas while nothing changes.</summary>
    public T Read<T>(Func<IReadOnlyList<RemoteReplica>, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        lock (gate)
        {
            return read(replicas);
        }
    }

    /// <summary>Chooses a replica for an attempt and reserves for it.</summary>
    /// <param name="request">The request, with its arrival on the clock of <see cref="Now"/>.</param>
    /// <param name="model">Model asked for; null for any.</param>
    /// <param name="isExact">Whether the number of prompt tokens is exact: only then is a request refused for its size.</param>
    /// <param name="attempt">0 for the first try.</param>
    /// <param name="tried">Replicas tried before; null for none.</param>
    /// <exception cref="NoReplicaException">None can take it.</exception>
    public Dispatch Route(Request request, string? model, bool isExact, int attempt = 0, IReadOnlyList<int>? tried = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (gate)
        {
            var now = Now;
            var asked = new RouteRequest(request, now, attempt) { PrefixSeed = PrefixSeed.Of(model) };
            hits?.Look(asked);
            var count = Filter(request, model, isExact, tried, now);
            var decision = router.Choose(asked, views.AsSpan(0, count), default);
            if (decision.Kind != RouteKind.Route)
            {
                throw new NoReplicaException(NoReplicaReason.Overloaded, $"The fleet is overloaded: {decision.Reason}.", TimeSpan.FromSeconds(1));
            }

            var replica = candidates[decision.Index];
            var lease = Ledger.Reserve(replica.Account, request, attempt, now);
            replica.Requests++;
            hits?.Dispatched(asked, replica.Id, replica.Account.Epoch);
            router.Dispatched(asked, views[decision.Index]);
            return new Dispatch(replica, lease, replica.Breaker.Begin(now));
        }
    }

    /// <summary>Whether a replica that was not tried could take a request for a model now.</summary>
    public bool HasOther(string? model, IReadOnlyList<int> tried)
    {
        ArgumentNullException.ThrowIfNull(tried);
        lock (gate)
        {
            var now = Now;
            foreach (var replica in replicas)
            {
                if (TakesRequests(replica) && replica.Serves(model) && replica.Breaker.Allows(now) && !tried.Contains(replica.Id))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The first token of an attempt came back.</summary>
    public void FirstToken(Dispatch dispatch)
    {
        ArgumentNullException.ThrowIfNull(dispatch);
        lock (gate)
        {
            var now = Now;
            var lease = dispatch.Lease;
            if (Ledger.FirstToken(lease, now))
            {
                dispatch.Replica.Rates.FirstToken(lease.PromptTokens + lease.PrefillTokensAhead, now - lease.SentAt);
                router.FirstToken(lease.Request, dispatch.Replica.Id, now);
            }
        }
    }

    /// <summary>Output tokens of an attempt came back.</summary>
    public void AddOutput(Dispatch dispatch, int tokens)
    {
        ArgumentNullException.ThrowIfNull(dispatch);
        lock (gate)
        {
            Ledger.AddOutput(dispatch.Lease, tokens);
        }
    }

    /// <summary>An attempt ended. Calls after the first have no effect.</summary>
    /// <param name="dispatch">The attempt.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="promptTokens">Its true prompt tokens, when the replica told.</param>
    /// <param name="outputTokens">Its true output tokens, when the replica told.</param>
    public void End(Dispatch dispatch, DispatchOutcome outcome, int? promptTokens = null, int? outputTokens = null)
    {
        ArgumentNullException.ThrowIfNull(dispatch);
        lock (gate)
        {
            var lease = dispatch.Lease;
            var replica = dispatch.Replica;
            if (lease.Phase == LeasePhase.Released)
            {
                return;
            }

            var now = Now;
            var output = outputTokens ?? lease.OutputTokens;
            var firstToken = lease.FirstTokenAt ?? now;
            var isSameEpoch = Ledger.Release(lease);
            // What an earlier epoch did tells nothing of this one, but its probe is over.
            Judge(replica, dispatch.IsProbe, isSameEpoch ? outcome : DispatchOutcome.Cancelled, now);
            if (isSameEpoch && outcome == DispatchOutcome.Completed)
            {
                replica.Rates.Finished(promptTokens ?? lease.PromptTokens, output, now);
            }

            router.Ended(new RequestRecord(
                lease.Request.Id, lease.Request.Arrival, lease.SentAt, firstToken, now, promptTokens ?? lease.PromptTokens, 0, output, 0, replica.Id,
                lease.Request.Tenant, outcome == DispatchOutcome.Completed ? Outcome.Completed : Outcome.Failed));
        }
    }

    /// <summary>A health check ended.</summary>
    public void Checked(RemoteReplica replica, bool passed)
    {
        ArgumentNullException.ThrowIfNull(replica);
        lock (gate)
        {
            replica.FailedChecks = passed ? 0 : replica.FailedChecks + 1;
            replica.PassedChecks = passed ? replica.PassedChecks + 1 : 0;
            if (replica.State == ReplicaState.Down && passed && (replica.PassedChecks >= options.SuccessesToReady || !replica.WasReady))
            {
                replica.State = ReplicaState.Ready;
                replica.WasReady = true;
            }
            else if (replica.State == ReplicaState.Ready && replica.FailedChecks >= options.FailuresToDown)
            {
                replica.State = ReplicaState.Down;
            }
        }
    }

    /// <summary>A replica told which models it serves.</summary>
    public void ServesModels(RemoteReplica replica, IReadOnlyList<string>? models, ReplicaFlavour flavour)
    {
        ArgumentNullException.ThrowIfNull(replica);
        lock (gate)
        {
            replica.Models = models;
            replica.Flavour = flavour == ReplicaFlavour.Unknown ? replica.Flavour : flavour;
        }
    }

    /// <summary>A replica gave a report.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="report">The report.</param>
    /// <param name="takenAt">When it was asked for: what was sent later is not in it.</param>
    public void Reported(RemoteReplica replica, EngineReport report, TimeSpan takenAt)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(report);
        lock (gate)
        {
            if (LoadEstimate.IsRestart(replica.Report, report))
            {
                Restart(replica);
            }

            LoadEstimate.Take(replica, report, takenAt);
        }
    }

    /// <summary>A replica is gone, or listens elsewhere from now on: its epoch ends.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="address">Where it listens; null while it is gone.</param>
    public void Restarted(RemoteReplica replica, Uri? address)
    {
        ArgumentNullException.ThrowIfNull(replica);
        lock (gate)
        {
            Restart(replica);
            replica.State = ReplicaState.Down;
            replica.WasReady = false;
            replica.PassedChecks = 0;
            replica.Breaker.Reset();
            if (address is not null)
            {
                replica.Address = address;
                replica.Name = $"{address.Host}:{address.Port}";
            }
        }
    }

    private static void Restart(RemoteReplica replica)
    {
        Ledger.Restarted(replica.Account);
        replica.Rates = new LearnedRates();
        replica.Report = null;
        replica.DriftTokens = null;
        replica.MeanDrift = null;
    }

    private static void Judge(RemoteReplica replica, bool isProbe, DispatchOutcome outcome, TimeSpan now)
    {
        switch (outcome)
        {
            case DispatchOutcome.Failed:
                replica.Failures++;
                replica.Breaker.Failed(isProbe, now);
                break;
            case DispatchOutcome.Cancelled:
                replica.Breaker.Undecided(isProbe);
                break;
            default:
                replica.Breaker.Succeeded(isProbe);
                break;
        }
    }

    private static bool TakesRequests(RemoteReplica replica) => replica.State == ReplicaState.Ready && !replica.IsDraining;

    private RemoteReplica? Find(int id) => replicas.Find(replica => replica.Id == id);

    /// <summary>Fills the candidates: model, health and breaker, not tried before, hard fit.</summary>
    private int Filter(Request request, string? model, bool isExact, IReadOnlyList<int>? tried, TimeSpan now)
    {
        if (views.Length < replicas.Count)
        {
            Array.Resize(ref views, replicas.Count * 2);
            Array.Resize(ref candidates, replicas.Count * 2);
        }

        var (count, serving, healthy) = (0, 0, 0);
        TimeSpan? next = null;
        foreach (var replica in replicas)
        {
            if (!replica.Serves(model))
            {
                continue;
            }

            serving++;
            if (!TakesRequests(replica) || (tried is not null && tried.Contains(replica.Id)))
            {
                continue;
            }

            if (!replica.Breaker.Allows(now))
            {
                var allowed = replica.Breaker.NextAllowed(now);
                next = next is { } earlier && earlier < allowed ? earlier : allowed;
                continue;
            }

            healthy++;
            if (!isExact || LoadEstimate.Fits(replica, request))
            {
                candidates[count] = replica;
                views[count++] = LoadEstimate.View(replica, now) with { CachedPromptTokens = hits?.Tokens(replica.Id, replica.Account.Epoch) };
            }
        }

        if (count > 0)
        {
            return count;
        }

        throw (serving, healthy) switch
        {
            (0, _) when replicas.Count > 0 => new NoReplicaException(NoReplicaReason.UnknownModel, $"The model '{model}' does not exist, or no replica serves it."),
            (_, 0) => new NoReplicaException(
                NoReplicaReason.NoneHealthy,
                "No replica that serves the model is healthy.",
                next is { } moment && moment > now ? moment - now : TimeSpan.FromSeconds(1)),
            _ => new NoReplicaException(
                NoReplicaReason.TooLarge, $"The prompt has {request.PromptTokens} tokens, more than the KV cache of any replica holds."),
        };
    }
}
