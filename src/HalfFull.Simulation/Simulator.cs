using System.Diagnostics;
using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Prediction;
using HalfFull.Routing;
using HalfFull.Simulation.Gateways;
using HalfFull.Simulation.Handovers;
using HalfFull.Simulation.Migration;
using HalfFull.Simulation.Recording;
using HalfFull.Simulation.Scaling;
using HalfFull.Simulation.Scenarios;

namespace HalfFull.Simulation;

/// <summary>
/// Plays jobs against a modelled fleet in virtual time. Between two arrivals the replicas do not meet, so each runs ahead on its own to the next arrival;
/// steps that end at the time of an arrival are processed before it, and replicas in the order of (time, index). Whatever else concerns more than one replica (a
/// request that gets there late, a change of the fleet) bounds the run ahead like an arrival; at one time deliveries come first, then changes, then arrivals.
/// </summary>
public sealed class Simulator : IReplicaListener, IMigrationHost
{
    private readonly SimulationSetup setup;
    private readonly IRecordSink sink;
    private readonly FleetState fleet;
    private readonly ReplicaReports? reports;
    private readonly GatewaySet gateways;
    private readonly GatewaySet? decodeGateways; // the second decision on a request, where replicas have roles
    private readonly HandoverQueue? handovers;
    private readonly ILengthPredictor predictor;
    private readonly Deliveries deliveries = new();
    private readonly ScenarioTimeline? timeline;
    private readonly FleetScaler? scaler;
    private readonly Migrations? migrations;
    private readonly Dictionary<long, Attempt>? attempts; // what may have to be sent again
    private readonly List<Replica> dead = [];
    private readonly StepEvents events;
    private readonly LogHistogram gaps = new();
    private readonly Queue<Attempt> held = new();
    private readonly List<int> touched = [];
    private readonly IRunObserver[] observers;
    private readonly TimeSpan[] stepStarts;
    private Replica? holding;
    private Dictionary<long, RequestRecord>? lost;
    private bool anyEnded;
    private TimeSpan? askAgain;
    private int askedInVain;
    private TimeSpan? firstArrival;
    private TimeSpan lastArrival;
    private TimeSpan lastFinish;

    private Simulator(SimulationSetup setup, IRecordSink sink, IRouter? router)
    {
        this.setup = setup;
        this.sink = sink;
        observers = [.. setup.Observers];
        var rng = new Rng(setup.Seed);
        predictor = setup.Predictor.Create(rng.Fork("predictor"));
        var known = setup.Scenario?.Specs(setup.Fleet) ?? setup.Fleet;
        fleet = new FleetState(ScaledFleet.Specs(known, setup.Fleet.Count, setup.Autoscale));
        stepStarts = new TimeSpan[fleet.Count];
        for (var i = 0; i < setup.Fleet.Count; i++)
        {
            fleet.Start(CreateReplica(i, $"engine-{i}"), restarted: false);
        }

        var reportSeed = rng.Fork("reports").NextUInt64();
        var routers = router is null ? GatewaySet.Routers(setup, rng) : [.. Enumerable.Repeat(router, setup.Gateways)];
        var split = ReplicaRoles.AreSplit(fleet.Specs);
        var decodeRouters = split ? GatewaySet.DecodeRouters(setup, rng) : [];
        var intakes = split ? new Intakes(fleet.Count) : null;
        var observer = new ReplicaObserver(fleet.Specs, routers.Concat(decodeRouters).Any(static one => one.NeedsSequences), intakes);
        reports = setup.SnapshotAge > TimeSpan.Zero ? new ReplicaReports(new ReportTimes(setup.SnapshotAge, reportSeed), observer, fleet.Replicas) : null;
        gateways = Gateways(routers, split ? ReplicaRole.Prefill : ReplicaRole.Whole);
        if (split)
        {
            decodeGateways = Gateways(decodeRouters, ReplicaRole.Decode);
            handovers = new HandoverQueue(setup, fleet, reports, intakes!);
            attempts = [];
        }

        events = new StepEvents(fleet.Count);
        if (setup.Scenario is { } scenario)
        {
            timeline = new ScenarioTimeline(scenario, fleet, setup.Fleet.Count);
            attempts ??= [];
        }

        if (setup.Autoscale is { } autoscale)
        {
            var policy = PolicyCatalogs.Autoscalers.Create(autoscale);
            scaler = new FleetScaler(policy, fleet, setup.Fleet.Count, fleet.Count - known.Count, new FleetViews(fleet, reports));
        }

        if (setup.Migrate is { } migrate)
        {
            var transfer = setup.KvTransfer
                ?? throw new SimulationException("--migrate needs to know how many bytes of KV the model has for each token, which --step-model does not say; leave out one of them.");
            migrations = new Migrations(PolicyCatalogs.Migrators.Create(migrate), fleet, new FleetViews(fleet, reports), transfer, events, this);
        }

        GatewaySet Gateways(IRouter[] of, ReplicaRole role) => new([.. of.Select(one => new Dispatcher(one, fleet, observer, reports, setup, role))], setup.Seed);
    }

    /// <summary>Runs until every job has ended.</summary>
    /// <param name="setup">Fleet, policies and seed.</param>
    /// <param name="jobs">Jobs in arrival order; enumerated once, lazily.</param>
    /// <param name="sink">Takes the records in the order in which requests end; those that end at one time, in the order of replicas.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <exception cref="SimulationException">The setup cannot be run.</exception>
    public static SimulationResult Run(SimulationSetup setup, IEnumerable<Job> jobs, IRecordSink sink, CancellationToken cancellation = default) =>
        Run(setup, jobs, sink, router: null, cancellation);

    /// <summary>The same with a router that is in no catalogue, in place of the setup's; for tests.</summary>
    internal static SimulationResult Run(
        SimulationSetup setup, IEnumerable<Job> jobs, IRecordSink sink, IRouter? router, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(sink);
        if (setup.Fleet.Count == 0)
        {
            throw new SimulationException("The fleet has no replica; at least one is needed.");
        }

        if (setup.Gateways < 1 || setup.SnapshotAge < TimeSpan.Zero)
        {
            throw new SimulationException($"{setup.Gateways} gateways with reports every {setup.SnapshotAge} are not possible: give at least one, and a time of at least 0.");
        }

        ReplicaRoles.Check(setup);
        var simulator = new Simulator(setup, sink, router);
        var clock = Stopwatch.StartNew();
        simulator.Play(jobs, cancellation);
        return simulator.Result(clock.Elapsed);
    }

    /// <inheritdoc/>
    void IReplicaListener.TokenGap(TimeSpan gap, long count)
    {
        gaps.Add(gap.Ticks, count);
        if (holding is not null)
        {
            // A step that is held only decodes sequences that all emitted at its start, so the gap is the step.
            StepEnding(holding, stepStarts[holding.Id] + gap);
            stepStarts[holding.Id] += gap;
        }
    }

    /// <inheritdoc/>
    void IReplicaListener.FirstToken(int replica, Sequence sequence, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        gateways.Of(sequence.Request.Id).FirstToken(sequence.Request, replica, now);
    }

    /// <inheritdoc/>
    void IReplicaListener.HandedOver(int replica, Sequence sequence, KvHold kept, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        gateways.Of(sequence.Request.Id).Ended(sequence.ToRecord(replica, now, Outcome.Completed));
        handovers!.Prefilled(new Handover(sequence, replica, kept, now));
        anyEnded = true;
    }

    /// <inheritdoc/>
    void IReplicaListener.Ended(Sequence sequence, in RequestRecord record)
    {
        GatewaysOf(record.Replica).Of(record.Id).Ended(record);
        anyEnded = true;
        if (lost is not null)
        {
            lost.Add(record.Id, record);
            return;
        }

        var request = attempts is not null && attempts.Remove(record.Id, out var attempt) ? attempt.Job.Request : sequence.Request;
        if (record.Outcome == Outcome.Completed)
        {
            predictor.Finished(request, record.OutputTokens);
        }
        else
        {
            predictor.Dropped(request);
        }

        Record(record);
    }

    /// <summary>The gateways that send to a replica.</summary>
    private GatewaySet GatewaysOf(int replica) => decodeGateways is not null && fleet.Specs[replica].Role == ReplicaRole.Decode ? decodeGateways : gateways;

    /// <inheritdoc/>
    void IMigrationHost.Touch(int replica, TimeSpan now)
    {
        reports?.CatchUpWith(fleet[replica], now);
        touched.Add(replica);
    }

    /// <inheritdoc/>
    void IMigrationHost.Attached(Sequence sequence, int source, int replica, TimeSpan now)
    {
        if (source != replica)
        {
            gateways.Moved(sequence.Request, source, replica);
        }

        foreach (var observer in observers)
        {
            observer.Submitted(fleet[replica], sequence, now);
        }

        StopIfEmpty(source, now);
    }

    /// <inheritdoc/>
    void IMigrationHost.Lost(Sequence sequence, int source, TimeSpan now) => ((IReplicaListener)this).Ended(sequence, sequence.ToRecord(source, now, Outcome.Failed));

    private Replica CreateReplica(int index, string stream)
    {
        var spec = fleet.Specs[index];
        var rates = new EngineRates(spec.Limits, spec.StepTime);
        var engine = spec.Role == ReplicaRole.Decode ? setup.DecodeEngine ?? setup.Engine : setup.Engine;
        var scheduler = PolicyCatalogs.Engines.Create(engine, rates, spec.Limits, new Rng(setup.Seed).Fork(stream), spec.StepTime, predictor);
        return scheduler.NeedsPrediction && setup.Predictor.IsNone
            ? throw new SimulationException($"Engine policy '{engine}' needs predicted output lengths; add --predict quantile, ranker:FILE, noisy:SIGMA or oracle.")
            : new Replica(index, spec.Limits, scheduler, rates, this);
    }

    private void Play(IEnumerable<Job> jobs, CancellationToken cancellation)
    {
        using var arrivals = jobs.GetEnumerator();
        var more = arrivals.MoveNext();
        while (more || events.Any || IsAnybodyAwaited || GiveUpHeld())
        {
            var arrival = more ? arrivals.Current.Request.Arrival : TimeSpan.MaxValue;
            var horizon = Horizon(arrival);
            while (events.Any && events.FirstTime <= horizon)
            {
                cancellation.ThrowIfCancellationRequested();
                Advance(events.First, events.FirstTime, horizon);
                horizon = OnTheWay(horizon);
            }

            cancellation.ThrowIfCancellationRequested();
            if (horizon == TimeSpan.MaxValue)
            {
                continue;
            }

            Meet(horizon);
            if (horizon < arrival)
            {
                StartTouched(horizon);
                continue;
            }

            firstArrival ??= horizon;
            lastArrival = horizon;
            while (more && arrivals.Current.Request.Arrival == horizon)
            {
                Arrive(arrivals.Current, horizon);
                more = arrivals.MoveNext();
            }

            if (more && arrivals.Current.Request.Arrival < horizon)
            {
                throw new SimulationException($"Request {arrivals.Current.Request.Id} arrives before the one in front of it; jobs must be in arrival order.");
            }

            StartTouched(horizon);
        }

        if (setup.CheckInvariants && !(gateways.IsLedgerZero && decodeGateways is null or { IsLedgerZero: true }))
        {
            throw new InvalidOperationException("Everything has ended, but a gateway still has something reserved.");
        }
    }

    /// <summary>
    /// Nothing runs and nothing will arrive, and still routers hold requests: nobody will ever ask again. What these kept may let others go on; says whether it does.
    /// </summary>
    private bool GiveUpHeld()
    {
        var now = lastArrival > lastFinish ? lastArrival : lastFinish;
        now = held.Aggregate(now, static (latest, attempt) => attempt.Handover?.Since is { } since && since > latest ? since : latest);
        while (held.TryDequeue(out var attempt))
        {
            Refuse(attempt, now, Outcome.Rejected);
        }

        StartTouched(now);
        return events.Any || IsAnybodyAwaited;
    }

    /// <summary>Whether something will happen though no step is in flight and nothing arrives: a delivery, or a change that lets a held request in.</summary>
    private bool IsAnybodyAwaited =>
        deliveries.Any
        || handovers is { Any: true }
        || migrations is { Any: true }
        || (held.Count > 0 && (askAgain is not null || timeline is { NextTime: var next } && next < TimeSpan.MaxValue || scaler is { IsStarting: true }));

    /// <summary>The next time at which replicas meet.</summary>
    private TimeSpan Horizon(TimeSpan arrival)
    {
        var horizon = arrival;
        if (timeline is not null && timeline.NextTime < horizon)
        {
            horizon = timeline.NextTime;
        }

        if (scaler is not null && scaler.NextTime < horizon)
        {
            horizon = scaler.NextTime;
        }

        if (migrations is not null && migrations.NextTime < horizon)
        {
            horizon = migrations.NextTime;
        }

        horizon = OnTheWay(horizon);
        return askAgain is { } again && again < horizon ? again : horizon;
    }

    /// <summary>The time at which something on the way reaches a replica, when it is before the horizon.</summary>
    private TimeSpan OnTheWay(TimeSpan horizon)
    {
        horizon = deliveries.Any && deliveries.NextTime < horizon ? deliveries.NextTime : horizon;
        return handovers is { Any: true } && handovers.NextTime < horizon ? handovers.NextTime : horizon;
    }

    /// <summary>What happens at a time at which replicas meet, before requests arrive.</summary>
    private void Meet(TimeSpan now)
    {
        while (deliveries.TryTake(now, out var delivery))
        {
            Deliver(delivery.Attempt, delivery.Replica, now);
        }

        var changed = false;
        while (handovers is not null && handovers.TryTakeArrived(now, out var arrived))
        {
            Decode(arrived, now);
            changed = true;
        }

        while (timeline is not null && timeline.TryTake(now, out var step))
        {
            Change(step, now);
            changed = true;
        }

        if (scaler is not null && scaler.NextTime <= now)
        {
            changed |= Scale(now);
        }

        migrations?.Meet(now);
        var again = askAgain <= now;
        if ((changed || again) && held.Count > 0)
        {
            var (before, idle) = (held.Count, !events.Any && !deliveries.Any);
            anyEnded = false;
            AskHeld(now);
            askedInVain = idle && held.Count == before ? askedInVain + 1 : 0;
        }

        if (again)
        {
            // A router that sees several fresh reports of an idle fleet and holds nevertheless will never let go.
            askAgain = held.Count > 0 && askedInVain < 4 ? now + setup.SnapshotAge : null;
        }
    }

    private void Change(in ScenarioStep step, TimeSpan now)
    {
        var replica = step.Replica;
        switch (step.Kind)
        {
            case ScenarioStepKind.Crash when fleet.Replicas[replica] is { } alive:
                timeline!.Died(step, now);
                Crash(alive, now);
                break;
            case ScenarioStepKind.Start when timeline!.MayStart(replica):
                Start(replica, now);
                break;
            case ScenarioStepKind.Remove:
                GatewaysOf(replica).Removed(replica);
                break;
            default:
                break;
        }
    }

    private void Start(int replica, TimeSpan now)
    {
        var restarted = fleet.HasLived(replica);
        fleet.Start(CreateReplica(replica, restarted ? $"engine-{replica}-{fleet.Epoch(replica) + 1}" : $"engine-{replica}"), restarted);
        timeline?.Started(replica);
        reports?.Started(replica, now);
        scaler?.Started(replica, now);
    }

    /// <summary>Starts the replicas that are ready, and lets the autoscaler decide when it is time.</summary>
    /// <returns>Whether a replica takes requests that did not before.</returns>
    private bool Scale(TimeSpan now)
    {
        var opened = false;
        while (scaler!.TryReady(now, out var replica))
        {
            if (timeline is null || timeline.MayStart(replica))
            {
                Start(replica, now);
                opened = true;
            }
        }

        opened |= scaler.Decide(now, held.Count);
        for (var i = 0; i < fleet.Count; i++)
        {
            StopIfEmpty(i, now);
        }

        return opened;
    }

    /// <summary>Stops a replica that retires and has nothing left, on its way neither.</summary>
    private void StopIfEmpty(int index, TimeSpan now)
    {
        if (!fleet.IsRetiring(index) || fleet[index].HasWork || deliveries.AnyTo(index) || migrations?.IsBusy(index) == true)
        {
            return;
        }

        Bury(fleet[index]);
        gateways.Removed(index);
        scaler!.Stopped(index, now, drained: true);
    }

    private void Bury(Replica replica)
    {
        GatewaysOf(replica.Id).Died(replica.Id);
        fleet.Stop(replica.Id);
        dead.Add(replica);
        if (events.Has(replica.Id))
        {
            events.Remove(replica.Id);
        }
    }

    /// <summary>A replica dies with what it has and what is on the way to it. Who has no token yet is sent again, as often as the scenario allows; the others fail.</summary>
    private void Crash(Replica replica, TimeSpan now)
    {
        lost = [];
        if (replica.IsStepInFlight)
        {
            StepEnding(replica, now);
        }

        replica.Crash(now);
        foreach (var attempt in deliveries.TakeAll(replica.Id))
        {
            var record = Unserved(attempt, now, replica.Id, Outcome.Failed);
            gateways.Of(record.Id).Ended(record);
            lost.Add(record.Id, record);
        }

        LoseHandovers(replica.Id, now);
        migrations?.Died(replica.Id, now);
        Bury(replica);
        scaler?.Stopped(replica.Id, now, drained: false);
        var again = lost.Values.OrderBy(static record => record.Arrival).ThenBy(static record => record.Id).ToArray();
        lost = null;
        foreach (var record in again)
        {
            attempts!.Remove(record.Id, out var attempt);
            if ((record.OutputTokens == 0 || attempt.Handover is not null) && attempt.Number < setup.Scenario!.Retries)
            {
                Dispatch(attempt with { Number = attempt.Number + 1 }, now);
            }
            else
            {
                predictor.Dropped(attempt.Job.Request);
                Record(record);
            }
        }
    }

    /// <summary>A replica dies: whoever was between it and another must be prefilled again, those who wait for a gateway's second decision included.</summary>
    private void LoseHandovers(int replica, TimeSpan now)
    {
        if (handovers is null)
        {
            return;
        }

        foreach (var attempt in handovers.Lost(replica, now))
        {
            var record = Unserved(attempt, now, attempt.Handover!.Target, Outcome.Failed);
            decodeGateways!.Of(record.Id).Ended(record);
            Lose(attempt, record);
        }

        for (var left = held.Count; left > 0; left--)
        {
            var attempt = held.Dequeue();
            if (attempt.IsPrefilled && attempt.Handover!.Source == replica)
            {
                attempts!.Add(attempt.Job.Request.Id, attempt);
                Lose(attempt, Unserved(attempt, now, replica, Outcome.Failed));
            }
            else
            {
                held.Enqueue(attempt);
            }
        }

        void Lose(in Attempt attempt, in RequestRecord record)
        {
            lost!.Add(record.Id, record);
            touched.Add(attempt.Handover!.Source);
            if (attempt.Handover.Target >= 0)
            {
                touched.Add(attempt.Handover.Target);
            }

            handovers.Drop(attempt.Handover, now);
        }
    }

    /// <summary>Ends a replica's step in flight, or a run of held ones, and begins the next.</summary>
    private void Advance(int index, TimeSpan now, TimeSpan horizon)
    {
        var replica = fleet[index];
        reports?.CatchUp(replica, now);
        if (replica.IsStepInFlight)
        {
            if (RunHeld(replica, now, horizon) is var end && end > now)
            {
                events.Set(index, end);
                return;
            }

            StepEnding(replica, now);
            replica.EndStep(now);
            while (handovers is not null && handovers.TryTakePrefilled(out var handover))
            {
                attempts!.Remove(handover.Sequence.Request.Id, out var attempt);
                Dispatch(attempt with { Handover = handover }, now);
            }

            migrations?.StepEnded(index, now);
        }

        Begin(replica, now, horizon);
        if (anyEnded)
        {
            anyEnded = false;
            if (held.Count > 0)
            {
                AskHeld(now);
            }

            StartTouched(now);
            if (scaler is not null)
            {
                StopIfEmpty(index, now);
            }
        }
    }

    private void Begin(Replica replica, TimeSpan now, TimeSpan horizon)
    {
        var began = replica.BeginStep(now);
        while (!began && migrations is not null && replica.WakeAt is null && migrations.GiveWay(replica, now))
        {
            began = replica.BeginStep(now);
        }

        handovers?.Refill(replica.Id, now);
        if (setup.CheckInvariants)
        {
            replica.CheckInvariants();
        }

        stepStarts[replica.Id] = now;
        foreach (var observer in observers)
        {
            observer.Planned(replica, now);
        }

        if (began)
        {
            var end = now + fleet.StepTimes[replica.Id].Predict(replica.Plan.Shape);
            events.Set(replica.Id, RunHeld(replica, end, horizon));
        }
        else if (replica.WakeAt is { } wake)
        {
            events.Set(replica.Id, wake);
        }
        else if (events.Has(replica.Id))
        {
            events.Remove(replica.Id);
        }
    }

    /// <summary>
    /// While requests are held at the door, no replica may run ahead of another: each end of a request lets one in. None runs ahead of its own report.
    /// </summary>
    private TimeSpan RunHeld(Replica replica, TimeSpan end, TimeSpan horizon)
    {
        if (!setup.FastForward || held.Count > 0)
        {
            return end;
        }

        var bound = reports is not null && reports.NextOf(replica.Id) < horizon ? reports.NextOf(replica.Id) : horizon;
        bound = handovers?.Bound(events, bound) ?? bound;
        holding = observers.Length > 0 ? replica : null;
        end = replica.RunHeldSteps(end, bound, fleet.StepTimes[replica.Id]);
        holding = null;
        return end;
    }

    private void StepEnding(Replica replica, TimeSpan end)
    {
        foreach (var observer in observers)
        {
            observer.StepEnding(replica, stepStarts[replica.Id], end);
        }
    }

    private void Arrive(Job job, TimeSpan now)
    {
        if (!setup.Predictor.IsNone)
        {
            (predictor as ITruthPredictor)?.Tell(job);
            job = job with { Request = job.Request with { PredictedOutputTokens = predictor.Predict(job.Request) } };
        }

        Dispatch(new Attempt(job, 0), now);
    }

    /// <summary>Asks the request's gateway where to; what it holds waits at the end of the queue.</summary>
    private void Dispatch(in Attempt attempt, TimeSpan now)
    {
        var request = attempt.Job.Request;
        switch (Route(attempt, now, out var replica))
        {
            case DoorAnswer.Sent:
                attempts?.Add(request.Id, attempt);
                if (attempt.IsPrefilled)
                {
                    handovers!.Send(attempt, replica, now);
                    break;
                }

                var latency = fleet.Specs[replica].Latency;
                if (latency > TimeSpan.Zero)
                {
                    deliveries.Send(attempt, replica, now + latency);
                }
                else
                {
                    Deliver(attempt, replica, now);
                }

                break;
            case DoorAnswer.Held:
                held.Enqueue(attempt);
                askAgain ??= reports is null ? null : now + setup.SnapshotAge;
                break;
            case DoorAnswer.Rejected:
                Refuse(attempt, now, Outcome.Rejected);
                break;
            default:
                Refuse(attempt, now, Outcome.Failed);
                break;
        }
    }

    /// <summary>Asks for the role that comes next. A request that nobody could decode is refused before anybody prefills it.</summary>
    private DoorAnswer Route(in Attempt attempt, TimeSpan now, out int replica)
    {
        var request = attempt.Job.Request;
        var door = (attempt.IsPrefilled ? decodeGateways! : gateways).Of(request.Id);
        if (decodeGateways is not null && !attempt.IsPrefilled && decodeGateways.Of(request.Id).RefusalOfAll(request) is { } refusal)
        {
            replica = -1;
            return door.Refuse(request, refusal);
        }

        return door.Route(request, attempt.Number, attempt.OutputTokens, now, out replica);
    }

    private void Deliver(in Attempt attempt, int index, TimeSpan now)
    {
        var (job, replica) = (attempt.Job, fleet[index]);
        reports?.CatchUpWith(replica, now);
        var sequence = handovers is null ? replica.Submit(job.Request, now, job.OutputTokens) : Prefill(attempt, replica, now);
        foreach (var observer in observers)
        {
            observer.Submitted(replica, sequence, now);
        }

        touched.Add(index);
    }

    private Sequence Prefill(in Attempt attempt, Replica replica, TimeSpan now)
    {
        var request = attempt.Job.Request;
        var most = fleet.Specs.Max(spec => spec.Role == ReplicaRole.Decode && spec.Limits.Refusal(request) is null ? spec.Limits.OutputLimit(request) : 0);
        var isLast = Math.Min(attempt.Job.OutputTokens, most) <= attempt.OutputTokens + 1;
        if (attempt.Handover is not { Sequence: var begun })
        {
            return replica.SubmitPrefill(request, now, isLast);
        }

        replica.SubmitPrefill(begun, request, now, isLast);
        return begun;
    }

    /// <summary>The KV of a request has arrived where it is decoded.</summary>
    private void Decode(in Attempt attempt, TimeSpan now)
    {
        var (request, handover) = (attempt.Job.Request, attempt.Handover!);
        handovers!.Arrive(attempt, now);
        attempts![request.Id] = attempt with { Handover = null };
        decodeGateways!.Of(request.Id).FirstToken(request, handover.Target, now);
        foreach (var observer in observers)
        {
            observer.Submitted(fleet[handover.Target], handover.Sequence, now);
        }

        touched.Add(handover.Source);
        touched.Add(handover.Target);
    }

    /// <summary>Asks once for each held request, in the order of holding.</summary>
    private void AskHeld(TimeSpan now)
    {
        for (var asked = held.Count; asked > 0; asked--)
        {
            Dispatch(held.Dequeue(), now);
        }
    }

    private void StartTouched(TimeSpan now)
    {
        foreach (var index in touched)
        {
            if (fleet.Replicas[index] is { IsStepInFlight: false } replica)
            {
                Begin(replica, now, now);
            }
        }

        touched.Clear();
    }

    private void Refuse(in Attempt attempt, TimeSpan now, Outcome outcome)
    {
        predictor.Dropped(attempt.Job.Request);
        Record(Unserved(attempt, now, -1, attempt.Handover is null ? outcome : Outcome.Failed));
        if (attempt.Handover is { } handover)
        {
            handovers!.Drop(handover, now);
            touched.Add(handover.Source);
        }
    }

    private void Record(in RequestRecord record)
    {
        lastFinish = record.Finish > lastFinish ? record.Finish : lastFinish;
        sink.Add(record);
    }

    private static RequestRecord Unserved(in Attempt attempt, TimeSpan now, int replica, Outcome outcome)
    {
        var request = attempt.Job.Request;
        return attempt.Handover is { Sequence: var begun }
            ? begun.ToRecord(replica, now, outcome)
            : new(request.Id, request.Arrival, now, now, now, request.PromptTokens, 0, 0, 0, replica, request.Tenant, outcome);
    }

    private SimulationResult Result(TimeSpan wall)
    {
        var makespan = lastFinish - (firstArrival ?? lastFinish);
        var hash = decodeGateways is null ? gateways.DecisionHash : Rng.Mix(gateways.DecisionHash ^ Rng.Mix(decodeGateways.DecisionHash));
        hash = scaler is null ? hash : Rng.Mix(hash ^ scaler.DecisionHash);
        hash = migrations is null ? hash : Rng.Mix(hash ^ migrations.DecisionHash);
        var scaling = scaler?.Figures(firstArrival ?? lastFinish, lastFinish);
        var replicas = scaling is null ? fleet.Count : scaling.ReplicasMean;
        var lived = dead.Concat(fleet.Replicas.OfType<Replica>()).ToArray();
        var busyOf = new TimeSpan[fleet.Count];
        var usage = 0.0;
        var busiest = TimeSpan.Zero;
        var busy = TimeSpan.Zero;
        foreach (var replica in lived)
        {
            hash = Rng.Mix(hash ^ replica.DecisionHash);
            usage += (double)replica.KvBlockTicks / replica.Limits.KvBlocks;
            busy += replica.BusyTime;
            busyOf[replica.Id] += replica.BusyTime;
            busiest = busyOf[replica.Id] > busiest ? busyOf[replica.Id] : busiest;
        }

        return new SimulationResult
        {
            Steps = lived.Sum(replica => replica.Steps),
            Preemptions = lived.Sum(replica => replica.Preemptions),
            RecomputedTokens = lived.Sum(replica => replica.RecomputedTokens),
            Makespan = makespan,
            KvUsageMean = makespan > TimeSpan.Zero ? usage / replicas / makespan.Ticks : 0,
            Imbalance = busy > TimeSpan.Zero ? busiest / (busy / (scaling is null ? fleet.Count : lived.DistinctBy(static replica => replica.Id).Count())) : 1,
            Scaling = scaling,
            Migrations = migrations?.Figures,
            DecisionHash = hash,
            FirstRefusal = gateways.FirstRefusal,
            RouterLearned = decodeGateways is null
                ? gateways.Learned
                : [.. gateways.Learned, .. decodeGateways.Learned.Select(static figure => figure with { Name = $"decode {figure.Name}" })],
            Handovers = handovers?.Totals,
            TokenGaps = gaps,
            Wall = wall,
        };
    }
}
