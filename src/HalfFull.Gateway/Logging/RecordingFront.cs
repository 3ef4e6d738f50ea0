using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Routing;
using HalfFull.Scheduling;
using HalfFull.Traces.Decisions;

namespace HalfFull.Gateway.Logging;

/// <summary>
/// The front scheduler with every call logged. A call and its record are one under the journal's lock, so that what a file begins with is the state before its
/// first call. Adds no allocation to a call.
/// </summary>
internal sealed class RecordingFront
{
    private readonly FrontScheduler front;
    private readonly Lock gate;
    private readonly DecisionEncoder? log;

    private readonly Journal? journal;
    private readonly HitTape? hits;

    private RecordingFront(FrontScheduler front, Journal? journal, HitTape? hits)
    {
        this.front = front;
        this.journal = journal;
        this.hits = hits;
        gate = journal?.Gate ?? new Lock();
        log = journal?.Log?.Encoder;
        lock (gate)
        {
            log?.Front(front);
        }
    }

    /// <summary>The router in use.</summary>
    public PolicySpec Router => front.Router;

    /// <summary>The queue policy in use.</summary>
    public PolicySpec Queue => front.Queue;

    /// <summary>Whether the router wants to know what replicas have cached.</summary>
    public bool NeedsPrefixHits => front.NeedsPrefixHits;

    /// <summary>Requests waiting.</summary>
    public int Waiting => front.Waiting;

    /// <summary>The scheduler of a gateway.</summary>
    /// <param name="options">The gateway's options.</param>
    /// <param name="journal">Keeps what it does; null for nobody.</param>
    /// <param name="hits">Knows what replicas have cached; null when nobody does.</param>
    /// <exception cref="PolicyException">A policy is unknown or its options are refused.</exception>
    public static RecordingFront Create(GatewayOptions options, Journal? journal, IPrefixHits? hits = null)
    {
        var tape = hits is null ? null : new HitTape(hits);
        var settings = new FrontSettings(options.Router, options.Queue, options.Seed, options.Limits, Weights(options.TenantWeights, journal));
        return new RecordingFront(settings.Create(journal?.Ring is { } ring ? new RingWatcher(ring) : null, tape), journal, tape);
    }

    /// <summary>Requests waiting in a lane.</summary>
    public int WaitingIn(int lane) => front.WaitingIn(lane);

    /// <summary>Earliest arrival in a lane, retries apart; null when nobody waits.</summary>
    public TimeSpan? OldestArrival(int lane) => front.OldestArrival(lane);

    /// <summary>Who would go next; no decision, and not logged.</summary>
    public IReadOnlyList<QueuedRequest> First(TimeSpan now, int most) => front.First(now, most);

    /// <summary>A request comes to wait.</summary>
    public void Join(TimeSpan now, Request request, int lane, int attempt, bool isExact, ReadOnlySpan<int> excluded)
    {
        lock (gate)
        {
            var isLogged = log?.Prepare() == true;
            front.Join(now, request, lane, attempt, isExact, excluded);
            if (isLogged)
            {
                log!.Joined(now, request, lane, attempt, isExact, excluded);
            }
        }
    }

    /// <summary>A request leaves the queue unserved.</summary>
    public void Leave(long id)
    {
        lock (gate)
        {
            var isLogged = log?.Prepare() == true;
            front.Leave(id);
            if (isLogged)
            {
                log!.Left(id);
            }
        }
    }

    /// <summary>Other replicas than before can serve a request that waits.</summary>
    public void Move(long id, int lane)
    {
        lock (gate)
        {
            var isLogged = log?.Prepare() == true;
            front.Move(id, lane);
            if (isLogged)
            {
                log!.Moved(id, lane);
            }
        }
    }

    /// <summary>Decides on the next request of a lane.</summary>
    public FrontDecision Next(TimeSpan now, int lane, ReadOnlySpan<FrontReplica> replicas)
    {
        lock (gate)
        {
            var isLogged = log?.Prepare() == true;
            hits?.Clear();
            var decision = front.Next(now, lane, replicas);
            if (isLogged)
            {
                log!.Decided(now, lane, replicas, LoggedDecision.Of(decision), hits is null ? default : hits.Answers);
            }

            return decision;
        }
    }

    /// <summary>When a newcomer should be refused since the queue is too long; null when it may wait.</summary>
    public TimeSpan? Overload(TimeSpan now, int lane, ReadOnlySpan<FrontReplica> replicas)
    {
        lock (gate)
        {
            var isLogged = log?.Prepare() == true;
            var retryAfter = front.Overload(lane, replicas);
            if (isLogged)
            {
                log!.Overloaded(now, lane, replicas, retryAfter);
            }

            return retryAfter;
        }
    }

    /// <summary>Decides who is refused because the queue is too long; whoever it is has left it.</summary>
    public Request GiveWay(long newcomer)
    {
        lock (gate)
        {
            var isLogged = log?.Prepare() == true;
            var refused = front.GiveWay(newcomer);
            if (isLogged)
            {
                log!.GaveWay(newcomer, refused.Id);
            }

            return refused;
        }
    }

    /// <summary>The first token of a request came back.</summary>
    public void FirstToken(TimeSpan now, Request request, int replica)
    {
        lock (gate)
        {
            var isLogged = log?.Prepare() == true;
            front.FirstToken(now, request, replica);
            if (isLogged)
            {
                log!.FirstToken(request, replica, now);
            }
        }
    }

    /// <summary>An attempt ended.</summary>
    public void Ended(in RequestRecord record)
    {
        lock (gate)
        {
            var isLogged = log?.Prepare() == true;
            front.Ended(record);
            if (isLogged)
            {
                log!.Ended(record);
            }
        }
    }

    /// <summary>Changes both policies at once.</summary>
    /// <exception cref="PolicyException">A policy is unknown or its options are refused: nothing has changed.</exception>
    public void Switch(PolicySpec router, PolicySpec queue)
    {
        lock (gate)
        {
            var isLogged = log?.Prepare() == true;
            front.Switch(router, queue);
            if (isLogged)
            {
                log!.Switched(router, queue);
            }
        }
    }

    /// <summary>Tenants have other shares from now on.</summary>
    public void Reweigh(IReadOnlyDictionary<string, double> shares)
    {
        var weights = Weights(shares, journal);
        lock (gate)
        {
            var isLogged = log?.Prepare() == true;
            front.Reweigh(weights);
            if (isLogged)
            {
                log!.Reweighed(weights);
            }
        }
    }

    /// <summary>Policies know tenants by the names that the log has.</summary>
    private static TenantWeights Weights(IReadOnlyDictionary<string, double> shares, Journal? journal)
    {
        var weights = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (tenant, weight) in shares)
        {
            weights[journal?.Tenant(tenant) ?? tenant] = weight;
        }

        return new TenantWeights(weights);
    }
}
