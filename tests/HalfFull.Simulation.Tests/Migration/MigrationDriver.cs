using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Metrics;
using HalfFull.Migration.Migrators;
using HalfFull.Policies;
using HalfFull.Prediction;
using HalfFull.Simulation.Gateways;
using HalfFull.Simulation.Migration;
using HalfFull.Simulation.Scaling;

namespace HalfFull.Simulation.Tests.Migration;

/// <summary>
/// Replicas between which sequences move, driven step by step without a simulator, so that requests can be aborted and replicas can die at any time. Counts what each
/// request emits.
/// </summary>
internal sealed class MigrationDriver : IReplicaListener, IMigrationHost
{
    private readonly FleetState fleet;
    private readonly StepEvents steps;
    private readonly List<int> touched = [];
    private readonly Dictionary<long, int> homes = [];

    internal MigrationDriver(string engine, IReadOnlyList<ReplicaSpec> specs, LlumnixMigrator.Options options)
    {
        fleet = new FleetState(specs);
        steps = new StepEvents(specs.Count);
        for (var i = 0; i < specs.Count; i++)
        {
            var rates = new EngineRates(specs[i].Limits, specs[i].StepTime);
            var scheduler = PolicyCatalogs.Engines.Create(PolicySpec.Parse(engine), rates, specs[i].Limits, new Rng(1), specs[i].StepTime, NoPredictor.Instance);
            fleet.Start(new Replica(i, specs[i].Limits, scheduler, rates, this), restarted: false);
        }

        Migrations = new Migrations(new LlumnixMigrator(options), fleet, new FleetViews(fleet, reports: null), new KvTransferTime(1, 5_000, TimeSpan.FromMilliseconds(1)), steps, this);
    }

    internal Migrations Migrations { get; }

    internal TimeSpan Now { get; private set; }

    /// <summary>Every sequence, in the order of submission.</summary>
    internal List<Sequence> Sequences { get; } = [];

    internal List<RequestRecord> Records { get; } = [];

    internal Dictionary<long, int> FirstTokens { get; } = [];

    internal long Gaps { get; private set; }

    internal bool IsOver => !steps.Any && !Migrations.Any;

    internal bool Lives(int replica) => fleet.Replicas[replica] is not null;

    internal void Submit(int replica, Job job)
    {
        Sequences.Add(fleet[replica].Submit(job.Request, Now, job.OutputTokens));
        homes[job.Request.Id] = replica;
        touched.Add(replica);
    }

    /// <summary>Aborts a sequence in whichever replica it is; harmless while it is between two.</summary>
    internal void Abort(Sequence sequence)
    {
        if (Lives(homes[sequence.Request.Id]))
        {
            fleet[homes[sequence.Request.Id]].Abort(sequence, Now);
            touched.Add(homes[sequence.Request.Id]);
        }
    }

    internal void Crash(int replica)
    {
        fleet[replica].Crash(Now);
        Migrations.Died(replica, Now);
        fleet.Stop(replica);
        if (steps.Has(replica))
        {
            steps.Remove(replica);
        }
    }

    /// <summary>Plays all that happens up to a time.</summary>
    internal void RunTo(TimeSpan end)
    {
        StartTouched();
        while (Math.Min(steps.Any ? steps.FirstTime.Ticks : long.MaxValue, Migrations.NextTime.Ticks) <= end.Ticks)
        {
            Now = Migrations.NextTime < end ? Migrations.NextTime : end;
            while (steps.Any && steps.FirstTime <= Now)
            {
                Advance(steps.First, steps.FirstTime);
            }

            Migrations.Meet(Now);
            StartTouched();
        }

        Now = end;
    }

    void IReplicaListener.TokenGap(TimeSpan gap, long count) => Gaps += count;

    void IReplicaListener.FirstToken(int replica, Sequence sequence, TimeSpan now) =>
        FirstTokens[sequence.Request.Id] = FirstTokens.GetValueOrDefault(sequence.Request.Id) + 1;

    void IReplicaListener.Ended(Sequence sequence, in RequestRecord record) => Records.Add(record);

    void IMigrationHost.Touch(int replica, TimeSpan now) => touched.Add(replica);

    void IMigrationHost.Attached(Sequence sequence, int source, int replica, TimeSpan now)
    {
        homes[sequence.Request.Id] = replica;
        touched.Add(replica);
    }

    void IMigrationHost.Lost(Sequence sequence, int source, TimeSpan now) => Records.Add(sequence.ToRecord(source, now, Outcome.Failed));

    private void Advance(int index, TimeSpan now)
    {
        if (fleet[index].IsStepInFlight)
        {
            fleet[index].EndStep(now);
            Migrations.StepEnded(index, now);
        }

        Begin(index, now);
    }

    private void StartTouched()
    {
        foreach (var index in touched.Distinct().ToArray())
        {
            if (fleet.Replicas[index] is { IsStepInFlight: false })
            {
                Begin(index, Now);
            }
        }

        touched.Clear();
    }

    private void Begin(int index, TimeSpan now)
    {
        var replica = fleet[index];
        var began = replica.BeginStep(now);
        while (!began && Migrations.GiveWay(replica, now))
        {
            began = replica.BeginStep(now);
        }

        replica.CheckInvariants();
        if (began)
        {
            steps.Set(index, now + fleet.StepTimes[index].Predict(replica.Plan.Shape));
        }
        else if (steps.Has(index))
        {
            steps.Remove(index);
        }
    }
}
