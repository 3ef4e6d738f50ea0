using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Simulation.Recording;
using HalfFull.Simulation.Runs;

namespace HalfFull.Simulation.Tests.Recording;

public sealed class RecordingTests
{
    private const ulong Scenarios = 60;

    public static TheoryData<string> Engines => [.. PolicyCatalogs.Engines.Entries.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Engines))]
    public void Observing_changes_nothing_and_hears_the_same_with_and_without_fast_forward(string engine)
    {
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var scenario = RandomScenario.Of(seed);
            var (plain, fast) = (Heard.Of(scenario, engine, fastForward: false), Heard.Of(scenario, engine, fastForward: true));

            Given.Run(scenario.Setup(engine), scenario.Jobs).AssertSameAs(fast.Run, $"{engine}, seed {seed}");
            Assert.Equal(plain.Spans, fast.Spans);
            Assert.Equal(plain.Figures(), fast.Figures());
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void The_phases_of_a_request_follow_each_other_from_arrival_to_finish(string engine)
    {
        var preempted = 0;
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var heard = Heard.Of(RandomScenario.Of(seed), engine, fastForward: true);
            foreach (var record in heard.Run.Records.Where(record => record.Outcome == Outcome.Completed))
            {
                var spans = heard.Spans.Where(span => span.Request.Id == record.Id).ToArray();
                Assert.Equal(record.Arrival, spans[0].Start);
                Assert.Equal(record.Finish, spans[^1].End);
                Assert.All(spans.Zip(spans.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Start));
                Assert.Equal(record.Queue, Lasts(spans, RequestPhase.Waiting));
                Assert.True(spans.Count(span => span.Phase == RequestPhase.Preempted) <= record.Preemptions);
                preempted += spans.Count(span => span.Phase == RequestPhase.Preempted);

                // Who comes back after a preemption may find more of its prefix cached than it found at first.
                Assert.True(record.Preemptions > 0 || spans.Sum(span => span.Tokens) >= record.PromptTokens + record.OutputTokens - 1 - record.CachedTokens);
            }
        }

        Assert.True(preempted > 0 || engine is not "vllm");
    }

    [Fact]
    public void Series_hold_what_the_replica_held()
    {
        // Alone, in steps of 10 ms: one for the prompt of 7 blocks, then nine that decode; the 113th token, computed in the last, starts an eighth block.
        var series = new FleetSeries(1);
        var queue = new FleetSeries(1);
        _ = Play([Given.Job(0, output: 14)], series);
        _ = Play([.. Enumerable.Range(0, 3).Select(id => Given.Job(id, output: 14))], queue, seats: 1);

        var bucket = series.BucketWidth / TimeSpan.FromMilliseconds(1);
        Assert.Equal(((7 * 130) + (8 * 10)) * 16, series.KvUsage(0, 1).Sum() * bucket, 1e-6);
        Assert.Equal(140, series.Running(0).Sum() * bucket, 1e-6);
        Assert.Equal(0, series.Waiting(0).Sum());
        Assert.Equal(140 + 280, queue.Waiting(0).Sum() * queue.BucketWidth / TimeSpan.FromMilliseconds(1), 1e-6);
        Assert.Equal(2, queue.MostWaiting(0)[0]);
    }

    [Fact]
    public void Widening_the_buckets_keeps_totals_and_peaks()
    {
        var series = new FleetSeries(1);
        var jobs = Enumerable.Range(0, 3).Select(id => Given.Job(id, output: 10)).Append(Given.Job(3, arrival: 1000, output: 10)).ToArray();

        _ = Play(jobs, series, seats: 1);

        var bucket = series.BucketWidth / TimeSpan.FromMilliseconds(1);
        Assert.True(series.Buckets is > 128 and <= 256);
        Assert.Equal(400, series.Running(0).Sum() * bucket, 1e-6);
        Assert.Equal(100 + 200, series.Waiting(0).Sum() * bucket, 1e-6);
        Assert.Equal(2, series.MostWaiting(0).Max());
    }

    [Fact]
    public void A_timeline_holds_the_requests_around_the_one_of_interest()
    {
        var jobs = Enumerable.Range(0, 40).Select(id => Given.Job(id, arrival: id * 0.03, output: 5)).ToArray();
        var around = new Timeline(0, around: 20, most: 8);
        var first = new Timeline(0, around: null, most: 5);
        var atTheStart = new Timeline(0, around: 1, most: 8);
        foreach (var timeline in (Timeline[])[around, first, atTheStart])
        {
            _ = Play(jobs, timeline);
        }

        Assert.Equal([17L, 18, 19, 20, 21, 22, 23, 24], around.Rows.Select(row => row.Request.Id));
        Assert.Equal([0L, 1, 2, 3, 4], first.Rows.Select(row => row.Request.Id));
        Assert.Equal([0L, 1, 2, 3, 4, 5, 6, 7], atTheStart.Rows.Select(row => row.Request.Id));
        Assert.All(around.Rows, row => Assert.Equal(row.Record!.Value.Finish, row.Spans[^1].End));
    }

    [Fact]
    public void A_long_life_is_joined_and_says_so()
    {
        // Another prompt takes every other step away from the one that decodes.
        var jobs = Enumerable.Range(0, 100).Select(id => Given.Job(id, arrival: id == 0 ? 0 : 0.015 * id, prompt: 10, output: id == 0 ? 200 : 1)).ToArray();
        var timeline = new Timeline(0, around: null, most: 3);

        _ = Play(jobs, timeline, engine: "vllm-v0");

        var row = timeline.Rows.First();
        Assert.True(row.IsJoined);
        Assert.Equal(TimelineRow.MostSpans, row.Spans.Count);
        Assert.Equal(row.Record!.Value.Finish, row.Spans[^1].End);
        Assert.Equal(10 + 199, row.Spans.Sum(span => span.Tokens));
    }

    private static TimeSpan Lasts(PhaseSpan[] spans, RequestPhase phase) =>
        spans.Where(span => span.Phase == phase).Aggregate(TimeSpan.Zero, (sum, span) => sum + (span.End - span.Start));

    private static SimulationResult Play(IEnumerable<Job> jobs, IRunObserver observer, int seats = 256, string engine = "vllm") =>
        Simulator.Run(Given.Setup(engine, "round-robin", Given.Replica(Given.Limits(seats: seats))) with { Observers = [observer] }, jobs, observer);

    /// <summary>What observers heard of a scenario.</summary>
    private sealed class Heard(int replicas) : IRunObserver, IPhaseSink
    {
        private readonly FleetSeries series = new(replicas);
        private readonly List<RequestRecord> records = [];

        public List<PhaseSpan> Spans { get; } = [];

        public required SimulationRun Run { get; set; }

        public static Heard Of(RandomScenario scenario, string engine, bool fastForward)
        {
            var heard = new Heard(scenario.Fleet.Count) { Run = null! };
            var tracker = new PhaseTracker(heard);
            var setup = scenario.Setup(engine, fastForward) with { Observers = [tracker, heard] };
            heard.Run = new SimulationRun(heard.records, Simulator.Run(setup, scenario.Jobs, new SinkPair(tracker, heard)));
            return heard;
        }

        public IEnumerable<double> Figures() => Enumerable.Range(0, series.Replicas).SelectMany(i =>
            series.KvUsage(i, 1).Concat(series.Waiting(i)).Concat(series.Running(i)).Concat(series.MostWaiting(i).Select(most => (double)most)));

        public void Submitted(Replica replica, Sequence sequence, TimeSpan now) => series.Submitted(replica, sequence, now);

        public void Planned(Replica replica, TimeSpan now) => series.Planned(replica, now);

        public void StepEnding(Replica replica, TimeSpan start, TimeSpan end) => series.StepEnding(replica, start, end);

        public void Add(in RequestRecord record) => records.Add(record);

        public void Add(in PhaseSpan span) => Spans.Add(span);
    }
}
