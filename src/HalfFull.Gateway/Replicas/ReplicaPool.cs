using HalfFull.Gateway.Logging;
using HalfFull.Gateway.Health;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Routing;
using HalfFull.Scheduling;

namespace HalfFull.Gateway.Replicas;

/// <summary>
/// The replicas, their ledger and the <see cref="FrontScheduler"/>, behind one lock: filter, choose and reserve are one critical section. Nothing in it waits or does I/O.
/// A request that finds room passes through it in one go; others wait in the queue, which is looked at again after everything that may make room.
/// </summary>
public sealed class ReplicaPool : IDisposable
{
    // Room also comes with time alone, as a long prompt is prefilled, and this heals whatever an event might miss.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LookForGone = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private readonly OutlierDetector outliers = new();
    private GatewayOptions options;
    private readonly Journal? journal;
    private readonly RecordingFront front;
    private readonly SentPrefixes prefixes = new();
    private readonly List<RemoteReplica> replicas = [];
    private readonly ServingLanes lanes;
    private readonly Dictionary<long, Waiter> waiters = [];
    private readonly List<ServingLane> busyLanes = [];
    private readonly ITimer timer;
    private readonly long origin;
    private FrontReplica[] views = new FrontReplica[16];
    private RemoteReplica[] candidates = new RemoteReplica[16];
    private bool isTimerSet;
    private bool hasToldFault;
    private TimeSpan lookedForGone;
    private int nextId;

    /// <summary>An empty pool.</summary>
    /// <exception cref="PolicyException">The router or the queue policy is unknown or its options are refused.</exception>
    public ReplicaPool(GatewayOptions options)
        : this(options, journal: null)
    {
    }

    /// <summary>An empty pool whose decisions are kept.</summary>
    /// <exception cref="PolicyException">The router is unknown or its options are refused.</exception>
    internal ReplicaPool(GatewayOptions options, Journal? journal)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.journal = journal;
        origin = options.Time.GetTimestamp();
        front = RecordingFront.Create(options, journal, prefixes);
        lanes = new ServingLanes(replicas);
        timer = options.Time.CreateTimer(static pool => ((ReplicaPool)pool!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Time since the pool was made: the clock of requests and leases.</summary>
    public TimeSpan Now => options.Time.GetElapsedTime(origin);

    /// <summary>Adds a replica. It takes requests once a health check has passed.</summary>
    public RemoteReplica Add(ReplicaSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        lock (gate)
        {
            var replica = new RemoteReplica(nextId++, settings, options);
            replicas.Add(replica);
            journal?.Replica(replica.Id, replica.Name);
            LanesChanged();
            return replica;
        }
    }

    /// <summary>Takes other options from the next decision on; the policies are switched apart.</summary>
    internal void Take(GatewayOptions next)
    {
        lock (gate)
        {
            options = next;
        }
    }

    /// <summary>Says other things of a replica.</summary>
    /// <returns>False when there is no replica of that number.</returns>
    internal bool Configure(int id, ReplicaSettings settings)
    {
        Waiter? woken;
        lock (gate)
        {
            if (Find(id) is not { } replica)
            {
                return false;
            }

            replica.Models = settings.Models ?? (replica.Settings.Models is null ? replica.Models : null);
            replica.Flavour = settings.Flavour ?? replica.Flavour;
            replica.Settings = settings;
            LanesChanged();
            woken = PassAll(Now);
        }

        Waiter.Wake(woken);
        return true;
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

    /// <summary>A replica that was drained takes requests again: at its full share, for its caches are as they were.</summary>
    /// <returns>False when there is no replica of that number.</returns>
    public bool Undrain(int id)
    {
        Waiter? woken;
        lock (gate)
        {
            if (Find(id) is not { } replica)
            {
                return false;
            }

            replica.IsDraining = false;
            woken = PassAll(Now);
        }

        Waiter.Wake(woken);
        return true;
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
                prefixes.Removed(id);
                LanesChanged();
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

    /// <summary>Chooses a replica for an attempt and reserves for it: at once when there is room and nobody waits, else when its turn comes.</summary>
    /// <param name="request">The request, with its arrival on the clock of <see cref="Now"/>.</param>
    /// <param name="model">Model asked for; null for any.</param>
    /// <param name="isExact">Whether the number of prompt tokens is exact: only then is a request refused for its size.</param>
    /// <param name="attempt">0 for the first try. A retry keeps its arrival and goes before those that have had no try.</param>
    /// <param name="tried">Replicas tried before; null for none.</param>
    /// <param name="isStreamed">Whether its answer will show a first token.</param>
    /// <param name="cancellation">Takes it out of the queue. Once a replica is chosen it has no effect: the attempt must be ended.</param>
    /// <exception cref="NoReplicaException">None can take it, the queue is too long, or its deadline has passed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled while it waited.</exception>
    public ValueTask<Dispatch> RouteAsync(
        Request request, string? model, bool isExact, int attempt = 0, IReadOnlyList<int>? tried = null, bool isStreamed = true, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellation.ThrowIfCancellationRequested();
        Waiter? woken = null;
        Waiter waiter;
        Task<Dispatch>? wait = null;
        lock (gate)
        {
            var now = Now;
            CheckDoor(request, model, isExact, tried, now);
            waiter = new Waiter(request, model, isExact, attempt, tried is null ? [] : [.. tried], isStreamed);
            front.Join(now, request, Enter(waiter).Id, attempt, isExact, waiter.Tried);
            waiters.Add(request.Id, waiter);
            var held = Pass(waiter.Lane, now, ref woken);
            if (!waiter.IsDecided)
            {
                Queue.CountHeld(held);
                if (attempt == 0)
                {
                    Refuse(waiter, now, ref woken);
                }

                if (!waiter.IsDecided)
                {
                    wait = waiter.Wait();
                    SetTimer();
                }
            }
        }

        Waiter.Wake(woken);
        return wait is not null ? WaitAsync(waiter, wait, cancellation)
            : waiter.Error is { } error ? throw error
            : ValueTask.FromResult(waiter.Dispatch!);
    }

    /// <summary>The policies in use.</summary>
    public (PolicySpec Router, PolicySpec Queue) Policies
    {
        get
        {
            lock (gate)
            {
                return (front.Router, front.Queue);
            }
        }
    }

    /// <summary>Requests waiting.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return front.Waiting;
            }
        }
    }

    /// <summary>Who would go next, at most so many.</summary>
    public IReadOnlyList<QueuedRequest> Queued(int most)
    {
        lock (gate)
        {
            return front.First(Now, most);
        }
    }

    /// <summary>What the queue counts; read it within <see cref="Read"/>.</summary>
    public QueueFigures Queue { get; } = new();

    /// <summary>Changes router and queue policy at once, between two decisions. Requests that wait are ordered anew; what the old policies had learned is gone.</summary>
    /// <exception cref="PolicyException">One is unknown or its options are refused: nothing has changed.</exception>
    public void SwitchPolicy(PolicySpec router, PolicySpec queue)
    {
        ArgumentNullException.ThrowIfNull(router);
        ArgumentNullException.ThrowIfNull(queue);
        Waiter? woken;
        lock (gate)
        {
            front.Switch(router, queue);
            woken = PassAll(Now);
        }

        Waiter.Wake(woken);
    }

    /// <summary>Tenants have other shares from now on. Nobody loses a place, and what the policies have learned stays.</summary>
    internal void Reweigh(IReadOnlyDictionary<string, double> shares)
    {
        lock (gate)
        {
            front.Reweigh(shares);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => timer.Dispose();

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
        Waiter? woken = null;
        lock (gate)
        {
            var now = Now;
            var lease = dispatch.Lease;
            if (Ledger.FirstToken(lease, now))
            {
                dispatch.Replica.Health.SlowStart.FirstToken();
                dispatch.Replica.Health.Window.FirstToken(now - lease.SentAt);
                var account = lease.Account;
                dispatch.Replica.Rates.FirstToken(
                    lease.PrefillTokens, lease.IsAlone ? now - lease.SentAt : null, isBusy: account.SentRequests > account.BlindRequests, now);
                front.FirstToken(now, lease.Request, dispatch.Replica.Id);
                woken = PassAll(now);
            }
        }

        Waiter.Wake(woken);
    }

    /// <summary>Output tokens of an attempt came back.</summary>
    public void AddOutput(Dispatch dispatch, int tokens)
    {
        ArgumentNullException.ThrowIfNull(dispatch);
        lock (gate)
        {
            var lease = dispatch.Lease;
            Ledger.AddOutput(lease, tokens);
            dispatch.Replica.OutputTokens += tokens;
            if (lease.OutputTokens - lease.MarkedTokens >= StepTimes.Gaps)
            {
                dispatch.Replica.Rates.Output(lease, Now);
            }
        }
    }

    /// <summary>An attempt ended. Calls after the first have no effect.</summary>
    /// <param name="dispatch">The attempt.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="promptTokens">Its true prompt tokens, when the replica told.</param>
    /// <param name="outputTokens">Its true output tokens, when the replica told.</param>
    /// <param name="cachedTokens">Prompt tokens that it found cached, when it told.</param>
    public void End(Dispatch dispatch, DispatchOutcome outcome, int? promptTokens = null, int? outputTokens = null, int? cachedTokens = null)
    {
        ArgumentNullException.ThrowIfNull(dispatch);
        Waiter? woken;
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
            replica.OutputTokens += Math.Max(0, output - lease.OutputTokens);
            var firstToken = lease.FirstTokenAt ?? now;
            var isSameEpoch = Ledger.Release(lease);
            // What an earlier epoch did tells nothing of this one, but its probe is over.
            Judge(replica, dispatch.IsProbe, isSameEpoch ? outcome : DispatchOutcome.Cancelled, now);
            if (isSameEpoch && outcome == DispatchOutcome.Completed)
            {
                if (lease.FirstTokenAt is null)
                {
                    // An answer that was not streamed.
                    replica.Health.SlowStart.FirstToken();
                }

                replica.Rates.Finished(promptTokens ?? lease.PromptTokens, output, now);
                replica.Rates.Ended(lease, now);
                if (cachedTokens is { } cached)
                {
                    prefixes.Told(lease, cached);
                }
            }

            if (isSameEpoch && lease.Account.SentRequests == lease.Account.BlindRequests)
            {
                replica.Rates.Idle();
            }

            front.Ended(new RequestRecord(
                lease.Request.Id, lease.Request.Arrival, lease.SentAt, firstToken, now, promptTokens ?? lease.PromptTokens, cachedTokens ?? 0, output, 0, replica.Id,
                lease.Request.Tenant, outcome == DispatchOutcome.Completed ? Outcome.Completed : Outcome.Failed));
            woken = PassAll(now);
        }

        Waiter.Wake(woken);
    }

    /// <summary>A health check ended.</summary>
    public void Checked(RemoteReplica replica, bool passed)
    {
        ArgumentNullException.ThrowIfNull(replica);
        Waiter? woken;
        lock (gate)
        {
            replica.FailedChecks = passed ? 0 : replica.FailedChecks + 1;
            replica.PassedChecks = passed ? replica.PassedChecks + 1 : 0;
            if (replica.State == ReplicaState.Down && passed && (replica.PassedChecks >= options.SuccessesToReady || !replica.WasReady))
            {
                // A gateway that has just started finds its replicas warm; one that comes or comes back later is not.
                if (replica.WasReady || replica.Account.Epoch > 1 || Now > options.SlowStartTime)
                {
                    replica.Health.SlowStart.Begin(Now);
                }

                replica.State = ReplicaState.Ready;
                replica.WasReady = true;
            }
            else if (replica.State == ReplicaState.Ready && replica.FailedChecks >= options.FailuresToDown)
            {
                replica.State = ReplicaState.Down;
            }

            outliers.Look(replicas.FindAll(TakesRequests), Now, options);
            woken = PassAll(Now);
        }

        Waiter.Wake(woken);
    }

    /// <summary>A replica told which models it serves.</summary>
    public void ServesModels(RemoteReplica replica, IReadOnlyList<string>? models, ReplicaFlavour flavour)
    {
        ArgumentNullException.ThrowIfNull(replica);
        Waiter? woken = null;
        lock (gate)
        {
            replica.Flavour = replica.Settings.Flavour ?? (flavour == ReplicaFlavour.Unknown ? replica.Flavour : flavour);
            var served = replica.Settings.Models ?? models;
            if (!AreSame(replica.Models, served))
            {
                replica.Models = served;
                LanesChanged();
                woken = PassAll(Now);
            }
        }

        Waiter.Wake(woken);
    }

    /// <summary>A replica gave a report.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="report">The report.</param>
    /// <param name="takenAt">When it was asked for: what was sent later is not in it.</param>
    public void Reported(RemoteReplica replica, EngineReport report, TimeSpan takenAt)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(report);
        Waiter? woken;
        lock (gate)
        {
            if (LoadEstimate.IsRestart(replica.Report, report))
            {
                Restart(replica);
                replica.Health.Restarted(Now);
            }

            replica.Rates.Reported(replica.Report, report, takenAt - replica.ReportedAt);
            replica.Health.Progress.Take(report, takenAt);
            LoadEstimate.Take(replica, report, takenAt);
            woken = PassAll(Now);
        }

        Waiter.Wake(woken);
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
            replica.Health.Restarted(Now);
            replica.State = ReplicaState.Down;
            replica.WasReady = false;
            replica.PassedChecks = 0;
            replica.Breaker.Reset();
            if (address is not null)
            {
                replica.Endpoints = new ReplicaEndpoints(address);
                replica.Name = $"{address.Host}:{address.Port}";
                journal?.Replica(replica.Id, replica.Name);
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
        if (outcome != DispatchOutcome.Cancelled)
        {
            replica.Health.Window.Ended(hasFailed: outcome == DispatchOutcome.Failed);
        }

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
                if (isProbe)
                {
                    replica.Health.SlowStart.Begin(now);
                }

                replica.Breaker.Succeeded(isProbe);
                break;
        }
    }

    private static bool TakesRequests(RemoteReplica replica) => replica.State == ReplicaState.Ready && !replica.IsDraining;

    private RemoteReplica? Find(int id) => replicas.Find(replica => replica.Id == id);

    private static bool AreSame(IReadOnlyList<string>? a, IReadOnlyList<string>? b) =>
        ReferenceEquals(a, b) || (a is not null && b is not null && a.SequenceEqual(b, StringComparer.Ordinal));

    private async ValueTask<Dispatch> WaitAsync(Waiter waiter, Task<Dispatch> wait, CancellationToken cancellation)
    {
        using var registration = cancellation.UnsafeRegister(_ => Leave(waiter, cancellation), null);
        return await wait;
    }

    /// <summary>A client has left. When a replica was chosen before, its attempt goes on and ends by the same cancellation.</summary>
    private void Leave(Waiter waiter, CancellationToken cancellation)
    {
        Waiter? woken;
        lock (gate)
        {
            if (waiter.IsDecided || !waiters.Remove(waiter.Request.Id))
            {
                return;
            }

            front.Leave(waiter.Request.Id);
            woken = PassAll(Now);
        }

        waiter.Cancel(cancellation);
        Waiter.Wake(woken);
    }

    /// <summary>Looks at the queue again as time goes by. Tests call it themselves.</summary>
    internal void Tick()
    {
        Waiter? woken;
        lock (gate)
        {
            isTimerSet = false;
            var now = Now;
            woken = PassAll(now);
            GiveUp(now, ref woken);
            SetTimer();
        }

        Waiter.Wake(woken);
    }

    private void SetTimer()
    {
        if (front.Waiting > 0 && !isTimerSet)
        {
            isTimerSet = timer.Change(LookAgain, Timeout.InfiniteTimeSpan);
        }
    }

    private void LanesChanged()
    {
        lanes.Changed();
        busyLanes.Clear();
        foreach (var waiter in waiters.Values)
        {
            front.Move(waiter.Request.Id, Enter(waiter).Id);
        }
    }

    private ServingLane Enter(Waiter waiter)
    {
        waiter.Lane = lanes.Of(waiter.Model);
        if (!busyLanes.Contains(waiter.Lane))
        {
            busyLanes.Add(waiter.Lane);
        }

        return waiter.Lane;
    }

    /// <summary>Sends whoever can go now, the lane in which somebody has waited longest first.</summary>
    private Waiter? PassAll(TimeSpan now)
    {
        if (waiters.Count == 0)
        {
            return null;
        }

        Waiter? woken = null;
        busyLanes.RemoveAll(lane => front.WaitingIn(lane.Id) == 0);
        foreach (var lane in busyLanes.Count == 1 ? busyLanes : [.. busyLanes.OrderBy(lane => front.OldestArrival(lane.Id) ?? TimeSpan.Zero).ThenBy(lane => lane.Id)])
        {
            try
            {
                Pass(lane, now, ref woken);
            }
#pragma warning disable CA1031 // A policy with a fault must neither end the process from a timer nor keep those waiting whose turn has just come.
            catch (Exception error)
#pragma warning restore CA1031
            {
                TellFault(error);
            }
        }

        return woken;
    }

    private void TellFault(Exception error)
    {
        if (!hasToldFault)
        {
            hasToldFault = true;
            options.Notice?.Invoke($"The router or the queue policy has a fault, please report it: {error.GetType().Name}: {error.Message}");
        }
    }

    /// <summary>Sends whoever of one lane can go now.</summary>
    /// <returns>Why the next is held.</returns>
    private HeldReason Pass(ServingLane lane, TimeSpan now, ref Waiter? woken)
    {
        while (front.WaitingIn(lane.Id) > 0)
        {
            var decision = front.Next(now, lane.Id, Candidates(lane, now));
            if (decision is { Kind: FrontDecisionKind.Hold, Held: HeldReason.Unavailable })
            {
                // A replica without room by its share is better than none.
                decision = front.Next(now, lane.Id, Candidates(lane, now, heedsShares: false));
            }

            if (decision.Kind == FrontDecisionKind.Hold)
            {
                return decision.Held;
            }

            var request = decision.Request!;
            waiters.Remove(request.Id, out var waiter);
            switch (decision.Kind)
            {
                case FrontDecisionKind.Release:
                    waiter!.Dispatch = Reserve(candidates[decision.Index], waiter, decision.CachedPromptTokens ?? 0, now);
                    Queue.CountRelease(decision);
                    break;
                case FrontDecisionKind.Expire:
                    waiter!.Error = new NoReplicaException(NoReplicaReason.DeadlineExceeded, "The deadline of the request passed before a replica could start it.");
                    break;
                default:
                    waiter!.Error = new NoReplicaException(NoReplicaReason.Overloaded, $"The fleet is overloaded: {decision.Reason}.", TimeSpan.FromSeconds(1));
                    break;
            }

            waiter.Next = woken;
            woken = waiter;
        }

        return HeldReason.None;
    }

    private Dispatch Reserve(RemoteReplica replica, Waiter waiter, int cachedTokens, TimeSpan now)
    {
        var blind = waiter.IsStreamed ? (TimeSpan?)null : LoadEstimate.PrefillTime(replica, waiter.Request.PromptTokens - cachedTokens);
        var lease = Ledger.Reserve(replica.Account, waiter.Request, waiter.Attempt, now, blind, cachedTokens);
        replica.Requests++;
        if (front.NeedsPrefixHits)
        {
            prefixes.Sent(waiter.Request, replica, now);
        }

        return new Dispatch(replica, lease, replica.Breaker.Begin(now));
    }

    /// <summary>Refuses a newcomer when the queue is too long, or in its place a less urgent one that waits.</summary>
    private void Refuse(Waiter newcomer, TimeSpan now, ref Waiter? woken)
    {
        if (front.Overload(now, newcomer.Lane.Id, Candidates(newcomer.Lane, now)) is not { } retryAfter)
        {
            return;
        }

        waiters.Remove(front.GiveWay(newcomer.Request.Id).Id, out var refused);
        if (refused == newcomer)
        {
            newcomer.Error = new NoReplicaException(NoReplicaReason.Overloaded, "Too many requests wait for the fleet.", retryAfter);
            return;
        }

        Queue.CountDisplaced();
        refused!.Error = new NoReplicaException(
            NoReplicaReason.Overloaded, "Too many requests wait for the fleet, and a more urgent one has taken the place of this one.", retryAfter);
        refused.Next = woken;
        woken = refused;
    }

    /// <summary>Requests that a replica at its full share has on average: what the share of others is a share of; null when none is at its full share.</summary>
    private double? MeanRequests(ServingLane lane, TimeSpan now)
    {
        var (count, requests) = (0, 0);
        foreach (var replica in replicas)
        {
            if (TakesRequests(replica) && lane.Replicas.AsSpan().BinarySearch(replica.Id) >= 0 && replica.Health.ShareAt(now, options) >= 1)
            {
                count++;
                requests += replica.Account.Requests;
            }
        }

        return count > 0 ? (double)requests / count : null;
    }

    /// <summary>Whether a replica has less than its share: ejected and frozen ones have none, and in slow start it is a part of what the others have.</summary>
    private bool HasRoom(RemoteReplica replica, ServingLane lane, TimeSpan now)
    {
        var share = replica.Health.ShareAt(now, options);
        return share >= 1 || (share > 0 && (MeanRequests(lane, now) is not { } mean || replica.Account.Requests <= share * mean));
    }

    /// <summary>The replicas of a lane that take requests now, as far as their shares allow.</summary>
    private ReadOnlySpan<FrontReplica> Candidates(ServingLane lane, TimeSpan now, bool heedsShares = true)
    {
        if (views.Length < replicas.Count)
        {
            Array.Resize(ref views, replicas.Count * 2);
            Array.Resize(ref candidates, replicas.Count * 2);
        }

        var count = 0;
        foreach (var replica in replicas)
        {
            if (TakesRequests(replica) && lane.Replicas.AsSpan().BinarySearch(replica.Id) >= 0 && replica.Breaker.Allows(now)
                && (!heedsShares || HasRoom(replica, lane, now)))
            {
                candidates[count] = replica;
                views[count++] = LoadEstimate.Front(replica, now);
            }
        }

        return views.AsSpan(0, count);
    }

    /// <summary>Ends the wait of those for whom no replica has been there for too long.</summary>
    private void GiveUp(TimeSpan now, ref Waiter? woken)
    {
        if (waiters.Count == 0 || now - lookedForGone < LookForGone)
        {
            return;
        }

        lookedForGone = now;
        foreach (var waiter in waiters.Values)
        {
            waiter.UnservableSince = CanServe(waiter, now) ? null : waiter.UnservableSince ?? now;
            if (now - waiter.UnservableSince >= options.LongestOutage)
            {
                waiters.Remove(waiter.Request.Id);
                front.Leave(waiter.Request.Id);
                waiter.Error = new NoReplicaException(NoReplicaReason.NoneHealthy, "No replica that serves the model is healthy.", TimeSpan.FromSeconds(1));
                waiter.Next = woken;
                woken = waiter;
            }
        }
    }

    private bool CanServe(Waiter waiter, TimeSpan now)
    {
        foreach (var replica in replicas)
        {
            if (TakesRequests(replica) && replica.Breaker.Allows(now) && replica.Serves(waiter.Model) && !waiter.Tried.AsSpan().Contains(replica.Id)
                && (!waiter.IsExact || LoadEstimate.Fits(replica, waiter.Request)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Refuses what no replica can take: by model, health and breaker, replicas not tried before, and size.</summary>
    private void CheckDoor(Request request, string? model, bool isExact, IReadOnlyList<int>? tried, TimeSpan now)
    {
        var (serving, healthy) = (0, 0);
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
                return;
            }
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
