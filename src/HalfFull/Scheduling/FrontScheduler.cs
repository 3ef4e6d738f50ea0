using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Routing;

namespace HalfFull.Scheduling;

/// <summary>
/// Both policies in front of a fleet in one place: who of those waiting goes next (a queue policy), where to (a router), and whether anybody goes at all: only when a replica
/// can start it soon, so that order stays with the queue. No I/O, clock, thread or lock: the host calls it with the time and with what it knows of the replicas,
/// and the same calls give the same decisions. Not thread-safe.
/// <para>
/// Requests wait in lanes: those of one lane can be served by the same replicas. A request that is held keeps what it could use: those behind it pass only towards replicas
/// that it cannot use.
/// </para>
/// </summary>
public sealed class FrontScheduler : IRestorable
{
    private const int MostAsked = 16; // how many are looked at behind one that only other replicas could serve
    private static readonly PolicyCatalog<IRouter> Routers = PolicyCatalog<IRouter>.FromAssembly(typeof(IRouter).Assembly);
    private static readonly PolicyCatalog<IQueuePolicy> Queues = PolicyCatalog<IQueuePolicy>.FromAssembly(typeof(IQueuePolicy).Assembly);
    private static readonly TimeSpan BoundTolerance = TimeSpan.FromMicroseconds(1); // the order is computed in floating point

    private readonly FleetRates rates = new();
    private TenantWeights weights;
    private readonly FrontLimits limits;
    private readonly ulong seed;
    private readonly TenantNames tenants;
    private readonly Dictionary<long, FrontEntry> entries = [];
    private readonly SortedDictionary<int, FrontLane> lanes = [];
    private readonly SortedSet<(TimeSpan Deadline, long Id)> deadlines = [];
    private IRouter router;

    /// <summary>The router itself, whoever watches it.</summary>
    private IRouter Unwatched { get; set; } = null!;

    private readonly IFrontWatcher? watcher;
    private readonly IPrefixHits? hits;
    private IQueuePolicy policy;
    private bool heldByMemory;
    private int looks;
    private bool[] barred = new bool[16];
    private int[] indexOf = new int[16];
    private ReplicaView[] candidates = new ReplicaView[16];
    private int?[] cached = new int?[16];

    /// <summary>A front without anybody waiting.</summary>
    /// <param name="router">The router.</param>
    /// <param name="queue">The queue policy.</param>
    /// <param name="seed">Seed of what the router draws and of ties.</param>
    /// <param name="limits">When a replica has room.</param>
    /// <param name="weights">Shares of tenants.</param>
    /// <param name="watcher">Is told what it does; null for nobody. Changes no decision.</param>
    /// <param name="hits">Knows what replicas have cached, for routers that want it; null when nobody does.</param>
    /// <exception cref="PolicyException">A policy is unknown or its options are refused.</exception>
    public FrontScheduler(PolicySpec router, PolicySpec queue, ulong seed, FrontLimits limits, TenantWeights weights, IFrontWatcher? watcher = null, IPrefixHits? hits = null)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(weights);
        this.seed = seed;
        this.limits = limits;
        this.weights = weights;
        this.watcher = watcher;
        this.hits = hits;
        tenants = new TenantNames(weights.Tenants);
        (this.router, policy) = Create(router, queue);
        (Router, Queue) = (router, queue);
    }

    /// <summary>The router in use.</summary>
    public PolicySpec Router { get; private set; }

    /// <summary>The queue policy in use.</summary>
    public PolicySpec Queue { get; private set; }

    /// <summary>Whether the router wants to know what replicas have cached.</summary>
    public bool NeedsPrefixHits => router.NeedsPrefixHits;

    /// <summary>What it was made with, and which policies it has now.</summary>
    public FrontSettings Settings => new(Router, Queue, seed, limits, weights);

    /// <summary>Whether both policies can save their state: then it can.</summary>
    public bool CanSave => Unwatched is IRestorable && policy is IRestorable;

    /// <summary>Requests waiting.</summary>
    public int Waiting => entries.Count;

    /// <summary>Whether a request waits.</summary>
    public bool IsWaiting(long id) => entries.ContainsKey(id);

    /// <summary>Requests waiting in a lane.</summary>
    public int WaitingIn(int lane) => lanes.TryGetValue(lane, out var known) ? known.Count : 0;

    /// <summary>Earliest arrival in a lane, retries apart; null when nobody waits.</summary>
    public TimeSpan? OldestArrival(int lane) => lanes.TryGetValue(lane, out var known) ? known.OldestArrival : null;

    /// <summary>Who would go next at a time: the first of each lane, then the second ones. Looking changes no decision.</summary>
    /// <param name="now">The time.</param>
    /// <param name="most">How many are told at most.</param>
    public IReadOnlyList<QueuedRequest> First(TimeSpan now, int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        var found = new List<QueuedRequest>();
        foreach (var (id, lane) in lanes)
        {
            var position = 0;
            foreach (var entry in lane.Retries.Take(most))
            {
                found.Add(new QueuedRequest(entry.Request, id, ++position, entry.Attempt));
            }

            foreach (var entry in lane.InOrder(now))
            {
                if (position >= most)
                {
                    break;
                }

                found.Add(new QueuedRequest(entry.Request, id, ++position, entry.Attempt));
            }
        }

        return [.. found.OrderBy(static queued => queued.Position).ThenBy(static queued => queued.Lane).Take(most)];
    }

    /// <summary>Sees that policies exist and their options are accepted.</summary>
    /// <exception cref="PolicyException">They do not or are not.</exception>
    public static void Validate(PolicySpec router, PolicySpec queue)
    {
        Routers.Validate(router);
        Queues.Validate(queue);
    }

    /// <summary>A request comes to wait, if only until the next call of <see cref="Next"/>.</summary>
    /// <param name="now">The time.</param>
    /// <param name="request">The request. One that comes back after a failed attempt keeps its arrival, and goes before those that have had none.</param>
    /// <param name="lane">Its lane.</param>
    /// <param name="attempt">0 for the first try.</param>
    /// <param name="isExact">Whether the number of prompt tokens is exact: only then a replica is too small for it.</param>
    /// <param name="excluded">Replicas that it must not go to.</param>
    /// <exception cref="ArgumentException">A request of the same number waits.</exception>
    public void Join(TimeSpan now, Request request, int lane, int attempt = 0, bool isExact = false, ReadOnlySpan<int> excluded = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var entry = new FrontEntry
        {
            Request = request,
            Ranked = tenants.Ranked(request),
            Attempt = attempt,
            IsExact = isExact,
            Excluded = excluded.ToArray(),
            JoinedAt = now,
            Lane = LaneOf(lane),
        };
        if (!entries.TryAdd(request.Id, entry))
        {
            throw new ArgumentException($"Request {request.Id} waits already.", nameof(request));
        }

        if (request.Deadline is { } deadline)
        {
            deadlines.Add((deadline, request.Id));
        }

        policy.Joined(entry.Ranked);
        entry.Lane.Add(entry);
        watcher?.Joined(now, request, entry.Lane.Count);
    }

    /// <summary>A request leaves the queue unserved: its client has left, or the host gives it up.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Leave(long id)
    {
        if (!entries.TryGetValue(id, out var entry))
        {
            return false;
        }

        Remove(entry);
        policy.Left(entry.Ranked);
        return true;
    }

    /// <summary>Other replicas than before can serve a request that waits.</summary>
    public void Move(long id, int lane)
    {
        if (entries.TryGetValue(id, out var entry) && entry.Lane.Id != lane)
        {
            entry.Lane.Remove(entry);
            Forget(entry.Lane);
            LaneOf(lane).Add(entry);
        }
    }

    /// <summary>Decides on the next request of a lane. The host carries out what is decided, and asks again until nothing goes.</summary>
    /// <param name="now">The time.</param>
    /// <param name="lane">The lane. A request that is late is told whatever its lane.</param>
    /// <param name="replicas">The replicas that serve the lane and take requests. May be none.</param>
    public FrontDecision Next(TimeSpan now, int lane, ReadOnlySpan<FrontReplica> replicas)
    {
        if (deadlines.Count > 0 && deadlines.Min is var (deadline, late) && deadline <= now)
        {
            var entry = entries[late];
            Leave(late);
            return FrontDecision.Expire(entry.Request, now - entry.JoinedAt);
        }

        if (!lanes.TryGetValue(lane, out var queue))
        {
            return FrontDecision.Hold(HeldReason.None);
        }

        rates.Take(replicas);
        queue.CountBefore(replicas);
        Prepare(replicas.Length);
        var first = HeldReason.None;
        looks = 0;
        for (var i = 0; i < queue.Retries.Count && i < MostAsked; i++)
        {
            if (Ask(now, queue.Retries[i], replicas, ref first) is { } decision)
            {
                return decision;
            }
        }

        var asked = 0;
        foreach (var entry in queue.InOrder(now))
        {
            if (asked++ == MostAsked || (first != HeldReason.None && AllBarred(replicas.Length)))
            {
                break;
            }

            if (Ask(now, entry, replicas, ref first) is { } decision)
            {
                return decision;
            }
        }

        Tell(now, first == HeldReason.Memory);
        return FrontDecision.Hold(first);
    }

    /// <summary>When a request that has just joined and could not go should be refused since the queue is too long: after which time it is worth another try.</summary>
    /// <returns>Null when it may wait.</returns>
    public TimeSpan? Overload(int lane, ReadOnlySpan<FrontReplica> replicas)
    {
        var wait = EstimateWait(lane, replicas);
        if (Waiting > limits.MostWaiting)
        {
            // Half of the queue is gone by then.
            return Later(wait / 2);
        }

        return wait > limits.MostWait ? Later(wait - limits.MostWait) : null;
    }

    /// <summary>
    /// Decides who is refused because <see cref="Overload"/> says that the queue is too long: the least urgent of those that wait, where it asks for less than the newcomer by priority or, at equal
    /// priority, by deadline; else the newcomer. Whoever it is leaves the queue. Of too many, anybody of any lane may go; for too long a wait, those of the newcomer's lane. Retries stay:
    /// work was done for them already.
    /// </summary>
    /// <param name="newcomer">Number of the request that has just joined.</param>
    /// <returns>The request that is refused.</returns>
    /// <exception cref="ArgumentException">The newcomer does not wait.</exception>
    public Request GiveWay(long newcomer)
    {
        if (!entries.TryGetValue(newcomer, out var entry))
        {
            throw new ArgumentException($"Request {newcomer} does not wait.", nameof(newcomer));
        }

        var least = entry;
        foreach (var lane in lanes.Values)
        {
            if ((lane == entry.Lane || Waiting > limits.MostWaiting) && lane.LeastUrgent is { } candidate
                && Urgency.IsLess(candidate.Request, entry.Request) && (least == entry || Urgency.Compare(candidate.Request, least.Request) < 0))
            {
                least = candidate;
            }
        }

        Leave(least.Request.Id);
        return least.Request;
    }

    /// <summary>
    /// How long the last in a lane will probably wait: until what is before it is prefilled, by the learned rates, and while memory is what holds the first in order, until
    /// as much memory is free as those that wait will need. Null while no rate is known.
    /// </summary>
    public TimeSpan? EstimateWait(int lane, ReadOnlySpan<FrontReplica> replicas)
    {
        rates.Take(replicas);
        var byMemory = heldByMemory && rates.IsReleaseLearned;
        if (replicas.IsEmpty || !(rates.IsLearned || byMemory))
        {
            return null;
        }

        var (waiting, tokens) = lanes.TryGetValue(lane, out var queue) ? (queue.Count, queue.Tokens) : (0, 0);
        var memory = byMemory ? (tokens + (waiting * rates.MeanOutputTokens)) / rates.ReleasedTokensPerSecond : 0;
        foreach (ref readonly var replica in replicas)
        {
            tokens += replica.UnstartedTokens;
        }

        return TimeSpan.FromSeconds(Math.Min(1e6, Math.Max(memory, rates.IsLearned ? tokens / rates.PrefillTokensPerSecond : 0)));
    }

    /// <summary>The first token of a request came back.</summary>
    public void FirstToken(TimeSpan now, Request request, int replica) => router.FirstToken(request, replica, now);

    /// <summary>An attempt ended.</summary>
    public void Ended(in RequestRecord record)
    {
        router.Ended(record);
        policy.Ended(record with { Tenant = tenants.Of(record.Tenant) });
    }

    /// <summary>Changes both policies at once. Those that wait are ordered anew; what the old policies had learned is gone.</summary>
    /// <exception cref="PolicyException">A policy is unknown or its options are refused: nothing has changed.</exception>
    public void Switch(PolicySpec router, PolicySpec queue)
    {
        (this.router, policy) = Create(router, queue);
        (Router, Queue) = (router, queue);
        heldByMemory = false;
        lanes.Clear();
        foreach (var entry in entries.Values.OrderBy(entry => entry.Request.Arrival).ThenBy(entry => entry.Request.Id))
        {
            policy.Joined(entry.Ranked);
            entry.Handle = -1;
            LaneOf(entry.Lane.Id).Add(entry);
        }
    }

    /// <summary>Tenants have other shares from now on. Those that wait, and what the policies have learned, stay.</summary>
    public void Reweigh(TenantWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        this.weights = weights;
        tenants.Configure(weights.Tenants);
        policy.Reweigh(weights);
        foreach (var entry in entries.Values.OrderBy(static entry => entry.Request.Id))
        {
            // A tenant that shared an account with others may have one of its own now.
            var ranked = tenants.Ranked(entry.Request);
            if (!string.Equals(ranked.Tenant, entry.Ranked.Tenant, StringComparison.Ordinal))
            {
                entry.Lane.Rank(entry, ranked, policy);
            }
        }
    }

    /// <inheritdoc/>
    public void Save(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        rates.Save(state);
        state.Flag(heldByMemory);
        tenants.Save(state);
        state.Number((ulong)lanes.Count);
        foreach (var (id, lane) in lanes)
        {
            state.Whole(id);
            lane.Save(state);
        }

        ((IRestorable)Unwatched).Save(state);
        ((IRestorable)policy).Save(state);
    }

    /// <inheritdoc/>
    public void Restore(ref StateReader state)
    {
        rates.Restore(ref state);
        heldByMemory = state.Flag();
        tenants.Restore(ref state);
        var saved = new List<(FrontLane Lane, List<FrontLane.SavedEntry> Entries)>();
        for (var left = state.Number(); left > 0; left--)
        {
            var lane = LaneOf(state.Whole32());
            saved.Add((lane, lane.Restore(ref state)));
        }

        // Tenants must have their numbers in the policies before requests join an order by them.
        ((IRestorable)Unwatched).Restore(ref state);
        ((IRestorable)policy).Restore(ref state);
        foreach (var (lane, waiting) in saved)
        {
            foreach (var known in waiting)
            {
                var entry = known.ToEntry(lane, tenants);
                entries.Add(entry.Request.Id, entry);
                lane.Restore(entry, known);
                if (entry.Request.Deadline is { } deadline)
                {
                    deadlines.Add((deadline, entry.Request.Id));
                }
            }
        }
    }

    private static TimeSpan Later(TimeSpan? wait) => wait is { } known && known > TimeSpan.FromSeconds(1) ? known : TimeSpan.FromSeconds(1);

    private (IRouter Router, IQueuePolicy Queue) Create(PolicySpec forRouter, PolicySpec forQueue)
    {
        var made = Routers.Create(forRouter, new Rng(seed), new RouterSeed(seed));
        if (made.NeedsPrediction)
        {
            throw new PolicyException($"Router '{forRouter}' needs predicted output lengths, which a gateway does not have; choose another, or use it in simulate or compare.");
        }

        var queue = Queues.Create(forQueue, rates, weights);
        Unwatched = made;
        return (watcher?.Watch(made, forRouter) ?? made, queue);
    }

    private FrontLane LaneOf(int id)
    {
        if (!lanes.TryGetValue(id, out var lane))
        {
            lane = new FrontLane(id, policy.Order);
            lanes.Add(id, lane);
        }

        return lane;
    }

    private void Remove(FrontEntry entry)
    {
        entries.Remove(entry.Request.Id);
        entry.Lane.Remove(entry);
        Forget(entry.Lane);
        if (entry.Request.Deadline is { } deadline)
        {
            deadlines.Remove((deadline, entry.Request.Id));
        }
    }

    /// <summary>Lanes come and go with the fleet; the one that is used all the time stays.</summary>
    private void Forget(FrontLane lane)
    {
        if (lane.Count == 0 && lanes.Count > 1)
        {
            lanes.Remove(lane.Id);
        }
    }

    /// <summary>Tries to send one request; null when it is held, which bars what it could use to those behind it.</summary>
    private FrontDecision? Ask(TimeSpan now, FrontEntry entry, ReadOnlySpan<FrontReplica> replicas, ref HeldReason first)
    {
        looks++;
        var count = 0;
        var held = HeldReason.Unavailable;
        for (var i = 0; i < replicas.Length; i++)
        {
            ref readonly var replica = ref replicas[i];
            if (entry.Excluded.AsSpan().Contains(replica.View.Replica) || !FrontRoom.Fits(replica, entry))
            {
                continue;
            }

            var lacks = policy.Holds ? FrontRoom.Lacks(replica, entry.Request, limits) : HeldReason.None;
            if (lacks == HeldReason.None && !barred[i])
            {
                indexOf[count] = i;
                candidates[count++] = replica.View;
            }
            else
            {
                // Lack of memory explains more than a prompt in the making, which ends soon.
                held = held is HeldReason.Unavailable || lacks == HeldReason.Memory ? lacks : held;
            }
        }

        var asked = new RouteRequest(entry.Request, now, entry.Attempt);
        if (count > 0 && hits is not null && router.NeedsPrefixHits && hits.Look(asked, replicas, cached.AsSpan(0, replicas.Length)))
        {
            for (var i = 0; i < count; i++)
            {
                candidates[i] = candidates[i] with { CachedPromptTokens = cached[indexOf[i]] };
            }
        }

        var decision = count > 0 ? router.Choose(asked, candidates.AsSpan(0, count), default) : RouteDecision.Hold("no room");
        if (decision.Kind != RouteKind.Hold)
        {
            return Carry(now, entry, decision, isBypass: first != HeldReason.None);
        }

        watcher?.Held(now, entry.Request, looks, count > 0 ? HeldReason.Router : held);
        first = first != HeldReason.None ? first : count > 0 ? HeldReason.Router : held;
        Bar(entry, replicas);
        return null;
    }

    private FrontDecision Carry(TimeSpan now, FrontEntry entry, in RouteDecision decision, bool isBypass)
    {
        Tell(now, isHeldByMemory: false);
        var waited = now - entry.JoinedAt;
        var oldest = entry.Lane.OldestArrival;
        Remove(entry);
        if (decision.Kind == RouteKind.Reject)
        {
            policy.Left(entry.Ranked);
            return FrontDecision.Reject(entry.Request, decision.Reason, waited);
        }

        // Checking the oldest is enough: what the bound allows does not fall with a later arrival.
        var breaksBound = !isBypass && entry.Attempt == 0 && oldest is { } first
            && policy.OvertakenWithin(now - first) is { } bound && entry.Request.Arrival - first > bound + BoundTolerance;
        policy.Released(entry.Ranked);
        router.Dispatched(new RouteRequest(entry.Request, now, entry.Attempt), candidates[decision.Index]);
        return FrontDecision.Release(entry.Request, indexOf[decision.Index], decision.Reason, waited, candidates[decision.Index].CachedPromptTokens, breaksBound, WaitBound(entry, waited));
    }

    private TimeSpan? WaitBound(FrontEntry entry, TimeSpan waited)
    {
        if (policy.OvertakenWithin(waited) is not { } later || (limits.StatedTokensPerSecond is null && !rates.IsLearned))
        {
            return null;
        }

        var tokens = entry.TokensBefore + (later > TimeSpan.Zero ? entry.Lane.TokensJoined - entry.TokensJoined : 0);
        return TimeSpan.FromSeconds(Math.Min(1e9, tokens / (limits.StatedTokensPerSecond ?? (rates.PrefillTokensPerSecond / 2))));
    }

    /// <summary>Only changes are told, so that asking in vain twice is the same as once.</summary>
    private void Tell(TimeSpan now, bool isHeldByMemory)
    {
        if (heldByMemory != isHeldByMemory)
        {
            heldByMemory = isHeldByMemory;
            policy.MemoryChanged(now, isHeldByMemory);
        }
    }

    private void Prepare(int count)
    {
        if (barred.Length < count)
        {
            barred = new bool[count * 2];
            indexOf = new int[count * 2];
            candidates = new ReplicaView[count * 2];
            cached = new int?[count * 2];
        }

        barred.AsSpan(0, count).Clear();
    }

    private bool AllBarred(int count) => !barred.AsSpan(0, count).Contains(value: false);

    private void Bar(FrontEntry entry, ReadOnlySpan<FrontReplica> replicas)
    {
        for (var i = 0; i < replicas.Length; i++)
        {
            barred[i] |= !entry.Excluded.AsSpan().Contains(replicas[i].View.Replica) && FrontRoom.Fits(replicas[i], entry);
        }
    }
}
