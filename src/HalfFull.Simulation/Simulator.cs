using System.Diagnostics;
using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Prediction;
using HalfFull.Routing;
using HalfFull.Simulation.Recording;

namespace HalfFull.Simulation;

/// <summary>
/// Plays jobs against a modelled fleet in virtual time. Between two arrivals the replicas do not meet, so each runs ahead on its own to the next arrival;
/// steps that end at the time of an arrival are processed before it, and replicas in the order of (time, index).
/// </summary>
public sealed class Simulator : IReplicaListener
{
    private readonly SimulationSetup setup;
    private readonly IRecordSink sink;
    private readonly Replica[] replicas;
    private readonly Dispatcher dispatcher;
    private readonly ILengthPredictor predictor;
    private readonly StepEvents events;
    private readonly LogHistogram gaps = new();
    private readonly Queue<Job> held = new();
    private readonly List<int> touched = [];
    private readonly IRunObserver[] observers;
    private readonly TimeSpan[] stepStarts;
    private Replica? holding;
    private bool anyEnded;
    private TimeSpan? firstArrival;
    private TimeSpan lastArrival;
    private TimeSpan lastFinish;

    private Simulator(SimulationSetup setup, IRecordSink sink, IRouter? router)
    {
        this.setup = setup;
        this.sink = sink;
        observers = [.. setup.Observers];
        stepStarts = new TimeSpan[setup.Fleet.Count];
        var rng = new Rng(setup.Seed);
        predictor = setup.Predictor.Create(rng.Fork("predictor"));
        replicas = new Replica[setup.Fleet.Count];
        for (var i = 0; i < replicas.Length; i++)
        {
            var spec = setup.Fleet[i];
            var rates = new EngineRates(spec.Limits, spec.StepTime);
            var scheduler = PolicyCatalogs.Engines.Create(setup.Engine, rates, spec.Limits, rng.Fork($"engine-{i}"), spec.StepTime, predictor);
            if (scheduler.NeedsPrediction && setup.Predictor.IsNone)
            {
                throw new SimulationException($"Engine policy '{setup.Engine}' needs predicted output lengths; add --predict quantile, ranker:FILE, noisy:SIGMA or oracle.");
            }

            replicas[i] = new Replica(i, spec.Limits, scheduler, rates, this);
        }

        var chooser = router ?? PolicyCatalogs.Routers.Create(setup.Router, rng, new RouterSeed(setup.Seed));
        if (chooser.NeedsPrediction && setup.Predictor.IsNone)
        {
            throw new SimulationException($"Router '{setup.Router}' needs predicted output lengths; add --predict oracle.");
        }

        dispatcher = new Dispatcher(chooser, replicas, setup);
        events = new StepEvents(replicas.Length);
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
        dispatcher.FirstToken(sequence.Request, replica, now);
    }

    /// <inheritdoc/>
    void IReplicaListener.Ended(Sequence sequence, in RequestRecord record)
    {
        dispatcher.Ended(record);
        lastFinish = record.Finish > lastFinish ? record.Finish : lastFinish;
        anyEnded = true;
        if (record.Outcome == Outcome.Completed)
        {
            predictor.Finished(sequence.Request, record.OutputTokens);
        }
        else
        {
            predictor.Dropped(sequence.Request);
        }

        sink.Add(record);
    }

    private void Play(IEnumerable<Job> jobs, CancellationToken cancellation)
    {
        using var arrivals = jobs.GetEnumerator();
        var more = arrivals.MoveNext();
        while (more || events.Any)
        {
            var horizon = more ? arrivals.Current.Request.Arrival : TimeSpan.MaxValue;
            while (events.Any && events.FirstTime <= horizon)
            {
                cancellation.ThrowIfCancellationRequested();
                Advance(events.First, events.FirstTime, horizon);
            }

            cancellation.ThrowIfCancellationRequested();
            if (!more)
            {
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

        while (held.TryDequeue(out var job))
        {
            // Nothing runs and nothing will arrive, and still the router holds it: nobody will ever ask again.
            Reject(job.Request, lastArrival > lastFinish ? lastArrival : lastFinish);
        }
    }

    /// <summary>Ends a replica's step in flight, or a run of held ones, and begins the next.</summary>
    private void Advance(int index, TimeSpan now, TimeSpan horizon)
    {
        var replica = replicas[index];
        if (replica.IsStepInFlight)
        {
            if (RunHeld(replica, now, horizon) is var end && end > now)
            {
                events.Set(index, end);
                return;
            }

            StepEnding(replica, now);
            replica.EndStep(now);
        }

        Begin(replica, now, horizon);
        if (anyEnded)
        {
            anyEnded = false;
            RetryHeld(now);
        }
    }

    private void Begin(Replica replica, TimeSpan now, TimeSpan horizon)
    {
        var began = replica.BeginStep(now);
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
            var end = now + setup.Fleet[replica.Id].StepTime.Predict(replica.Plan.Shape);
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

    /// <summary>While requests are held at the door, no replica may run ahead of another: each end of a request lets one in.</summary>
    private TimeSpan RunHeld(Replica replica, TimeSpan end, TimeSpan horizon)
    {
        if (!setup.FastForward || held.Count > 0)
        {
            return end;
        }

        holding = observers.Length > 0 ? replica : null;
        end = replica.RunHeldSteps(end, horizon, setup.Fleet[replica.Id].StepTime);
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

        if (!TryDispatch(job, now))
        {
            held.Enqueue(job);
        }
    }

    private bool TryDispatch(Job job, TimeSpan now)
    {
        switch (dispatcher.Route(job.Request, now, out var replica))
        {
            case RouteKind.Route when replica is not null:
                var sequence = replica.Submit(job.Request, now, job.OutputTokens);
                foreach (var observer in observers)
                {
                    observer.Submitted(replica, sequence, now);
                }

                touched.Add(replica.Id);
                return true;
            case RouteKind.Reject:
                Reject(job.Request, now);
                return true;
            default:
                return false;
        }
    }

    private void RetryHeld(TimeSpan now)
    {
        for (var asked = held.Count; asked > 0; asked--)
        {
            var job = held.Dequeue();
            if (!TryDispatch(job, now))
            {
                held.Enqueue(job);
            }
        }

        StartTouched(now);
    }

    private void StartTouched(TimeSpan now)
    {
        foreach (var index in touched)
        {
            if (!replicas[index].IsStepInFlight)
            {
                Begin(replicas[index], now, now);
            }
        }

        touched.Clear();
    }

    private void Reject(Request request, TimeSpan now)
    {
        lastFinish = now > lastFinish ? now : lastFinish;
        predictor.Dropped(request);
        sink.Add(new RequestRecord(
            request.Id, request.Arrival, now, now, now, request.PromptTokens, 0, 0, 0, -1, request.Tenant, Outcome.Rejected));
    }

    private SimulationResult Result(TimeSpan wall)
    {
        var makespan = lastFinish - (firstArrival ?? lastFinish);
        var hash = dispatcher.DecisionHash;
        var usage = 0.0;
        var busiest = TimeSpan.Zero;
        var busy = TimeSpan.Zero;
        foreach (var replica in replicas)
        {
            hash = Rng.Mix(hash ^ replica.DecisionHash);
            usage += (double)replica.KvBlockTicks / replica.Limits.KvBlocks;
            busy += replica.BusyTime;
            busiest = replica.BusyTime > busiest ? replica.BusyTime : busiest;
        }

        return new SimulationResult
        {
            Steps = replicas.Sum(replica => replica.Steps),
            Preemptions = replicas.Sum(replica => replica.Preemptions),
            RecomputedTokens = replicas.Sum(replica => replica.RecomputedTokens),
            Makespan = makespan,
            KvUsageMean = makespan > TimeSpan.Zero ? usage / replicas.Length / makespan.Ticks : 0,
            Imbalance = busy > TimeSpan.Zero ? busiest / (busy / replicas.Length) : 1,
            DecisionHash = hash,
            FirstRefusal = dispatcher.FirstRefusal,
            RouterLearned = dispatcher.Learned,
            TokenGaps = gaps,
            Wall = wall,
        };
    }
}
