using System.Globalization;
using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Prediction;

namespace HalfFull.Tests.Contracts;

/// <summary>Plays a workload on one replica in virtual time, with the invariants checked after every event, and keeps what came out.</summary>
internal sealed class Playback : IReplicaListener
{
    private const int MostEvents = 100_000;
    private readonly SortedDictionary<TimeSpan, long> gaps = [];
    private readonly List<RequestRecord> records = [];
    private readonly List<(long Id, TimeSpan Time)> firstTokens = [];
    private readonly Replica replica;
    private readonly ShapedStep stepTime = new();
    private readonly bool fast;
    private TimeSpan end;

    private Playback(string spec, SmallWorkload workload, bool fast)
    {
        this.fast = fast;
        var rates = new EngineRates(workload.Limits, stepTime);
        replica = new Replica(0, workload.Limits, PolicyNames.Engines.Create(PolicySpec.Parse(spec), rates, workload.Limits, new Rng(1), stepTime, NoPredictor.Instance), rates, this);
    }

    internal IReadOnlyList<RequestRecord> Records => records;

    internal IReadOnlyList<(long Id, TimeSpan Time)> FirstTokens => firstTokens;

    internal Replica Replica => replica;

    internal long TokenGaps => gaps.Values.Sum();

    /// <summary>All that a user could see, as text.</summary>
    internal string Outcome => string.Join(
        '\n',
        records.Select(static record => record.ToString())
            .Concat(gaps.Select(static gap => string.Create(CultureInfo.InvariantCulture, $"{gap.Value} gaps of {gap.Key}")))
            .Append(string.Create(
                CultureInfo.InvariantCulture,
                $"{replica.Steps} steps, {replica.BusyTime}, {replica.KvBlockTicks}, {replica.Preemptions}, {replica.RecomputedTokens}, {replica.DecisionHash:x}")));

    internal static Playback Run(string spec, SmallWorkload workload, bool fast = false)
    {
        var playback = new Playback(spec, workload, fast);
        playback.Play(workload.Jobs);
        return playback;
    }

    private void Play(IReadOnlyList<Job> jobs)
    {
        var next = 0;
        for (var i = 0; ; i++)
        {
            Assert.True(i < MostEvents, "The engine does not come to an end.");
            var arrival = next < jobs.Count ? jobs[next].Request.Arrival : TimeSpan.MaxValue;
            if (replica.IsStepInFlight && end <= arrival)
            {
                Advance(arrival);
            }
            else if (replica.WakeAt is { } wake && !replica.IsStepInFlight && wake <= arrival)
            {
                Begin(wake);
            }
            else if (next == jobs.Count)
            {
                Assert.False(replica.HasWork, "The engine has work and does nothing.");
                return;
            }
            else
            {
                for (; next < jobs.Count && jobs[next].Request.Arrival == arrival; next++)
                {
                    replica.Submit(jobs[next].Request, arrival, jobs[next].OutputTokens);
                }

                replica.CheckInvariants();
                if (!replica.IsStepInFlight)
                {
                    Begin(arrival);
                }
            }
        }
    }

    private void Advance(TimeSpan horizon)
    {
        if (fast)
        {
            var later = replica.RunHeldSteps(end, horizon, stepTime);
            replica.CheckInvariants();
            if (later > end)
            {
                end = later;
                return;
            }
        }

        replica.EndStep(end);
        replica.CheckInvariants();
        Begin(end);
    }

    private void Begin(TimeSpan now)
    {
        if (replica.BeginStep(now))
        {
            end = now + stepTime.Predict(replica.Plan.Shape);
        }

        replica.CheckInvariants();
    }

    void IReplicaListener.TokenGap(TimeSpan gap, long count) => gaps[gap] = gaps.GetValueOrDefault(gap) + count;

    void IReplicaListener.FirstToken(int replica, Sequence sequence, TimeSpan now) => firstTokens.Add((sequence.Request.Id, now));

    void IReplicaListener.Ended(Sequence sequence, in RequestRecord record) => records.Add(record);

    /// <summary>A step that takes longer the more it computes and attends to.</summary>
    private sealed class ShapedStep : IStepTimeModel
    {
        public TimeSpan Predict(in StepShape shape) =>
            TimeSpan.FromMicroseconds(5000 + (30 * shape.Tokens)) + new TimeSpan(shape.DecodeTokens + shape.PrefillProduct);
    }
}
