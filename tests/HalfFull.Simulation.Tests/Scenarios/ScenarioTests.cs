using HalfFull.Metrics;
using HalfFull.Routing;
using HalfFull.Simulation.Recording;
using HalfFull.Simulation.Scenarios;
using HalfFull.Simulation.Tests.Gateways;

namespace HalfFull.Simulation.Tests.Scenarios;

/// <summary>What crashes, slow-downs, drains, removals and additions do to requests and to what routers see.</summary>
public sealed class ScenarioTests
{
    private const int Scenarios = 300;
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    [Theory]
    [InlineData("vllm")]
    [InlineData("larry")]
    [InlineData("sglang")]
    public void No_request_is_lost_or_doubled_and_fast_forward_changes_nothing(string engine)
    {
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var workload = RandomScenario.Of(seed);
            var setup = StaleReportTests.Remote(workload.Setup(engine), seed) with { Scenario = RandomEvents.Of(workload) };

            // CheckInvariants is on: the run throws when a ledger is not zero at the end.
            var plain = Given.Run(setup with { FastForward = false }, workload.Jobs);
            plain.AssertSameAs(Given.Run(setup, workload.Jobs), $"{engine}, {workload.Router}, {setup.Gateways} gateways, age {setup.SnapshotAge}, seed {seed}");

            Assert.Equal(workload.Jobs.Select(job => job.Request.Id), plain.Records.Select(record => record.Id).Order());
            Assert.Equal(plain.Records.Select(record => record.Finish), plain.Records.Select(record => record.Finish).Order());
            foreach (var record in plain.Records.Where(record => record.Outcome == Outcome.Completed))
            {
                var job = workload.Jobs[(int)record.Id];
                Assert.Equal(job.Request.Arrival, record.Arrival);
                Assert.InRange(record.OutputTokens, 1, job.OutputTokens);
            }
        }
    }

    [Fact]
    public void The_scenarios_do_crash_retry_fail_and_add()
    {
        var (failed, retried, onAdded) = (0, 0, 0);
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var workload = RandomScenario.Of(seed);
            var router = new WatchingRouter(static (request, views) => (int)(request.Request.Id % views.Length));
            var run = Given.Run(workload.Setup("vllm") with { Scenario = RandomEvents.Of(workload) }, workload.Jobs, router);
            failed += run.Records.Any(record => record.Outcome == Outcome.Failed) ? 1 : 0;
            retried += router.Seen.Any(seen => seen.Request.Attempt > 0) ? 1 : 0;
            onAdded += run.Records.Any(record => record.Replica >= workload.Fleet.Count) ? 1 : 0;
        }

        Assert.InRange(failed, Scenarios / 4, Scenarios);
        Assert.InRange(retried, Scenarios / 50, Scenarios);
        Assert.InRange(onAdded, Scenarios / 10, Scenarios);
    }

    [Fact]
    public void A_crash_fails_who_has_emitted_and_sends_the_others_elsewhere_with_their_arrival()
    {
        // Steps of 10 ms, one seat: at 45 ms request 0 has 4 tokens and request 2 waits behind it; requests 1 and 3 are on the other replica.
        var one = Given.Replica(Given.Limits(seats: 1));
        var jobs = Enumerable.Range(0, 4).Select(id => Given.Job(id, prompt: 10, output: 20)).ToArray();
        var router = new WatchingRouter(static (request, views) => request.Attempt > 0 ? 0 : (int)(request.Request.Id % views.Length));
        var run = Given.Run(Setup(new Scenario { Events = [Crash(0.045, 0)] }, one, one), jobs, router);

        Assert.Equal((Outcome.Failed, 4, 0, TimeSpan.FromMilliseconds(45)), (run[0].Outcome, run[0].OutputTokens, run[0].Replica, run[0].Finish));
        Assert.Equal((Outcome.Completed, 20, 1, TimeSpan.Zero), (run[2].Outcome, run[2].OutputTokens, run[2].Replica, run[2].Arrival));
        Assert.Equal(TimeSpan.FromMilliseconds(400), run[2].Finish); // behind request 1 and, by its arrival and id, in front of 3
        Assert.Equal([(2L, Outcome.Failed), (0L, Outcome.Failed)], router.Ends.Where(record => record.Replica == 0).Select(record => (record.Id, record.Outcome)).OrderDescending());
        Assert.Equal(1, router.Seen[^1].Request.Attempt);
        Assert.Equal(1, Assert.Single(router.Seen[^1].Views).Replica);
    }

    [Theory]
    [InlineData(0, Outcome.Failed)]
    [InlineData(1, Outcome.Completed)]
    public void A_request_is_sent_again_as_often_as_the_scenario_says(int retries, Outcome outcome)
    {
        var slow = Given.Replica(step: new HalfFull.Engine.StepTime.LinearStepTime(1_000_000, 0, 0, 0));
        var run = Given.Run(
            Setup(new Scenario { Retries = retries, Events = [Crash(0.5, 0)] }, slow, slow), [Given.Job(0, output: 2)], new WatchingRouter(static (_, _) => 0));

        Assert.Equal(outcome, run[0].Outcome);
    }

    [Fact]
    public void Without_a_replica_that_takes_requests_they_fail_at_once_and_later_ones_are_served_by_the_restarted()
    {
        Job[] jobs = [Given.Job(0, arrival: 1.5), Given.Job(1, arrival: 3)];
        var run = Given.Run(Setup(new Scenario { Events = [Crash(1, 0, restart: 1)] }, Given.Replica()), jobs);

        Assert.Equal((Outcome.Failed, -1, TimeSpan.FromSeconds(1.5)), (run[0].Outcome, run[0].Replica, run[0].Finish));
        Assert.Equal((Outcome.Completed, 0), (run[1].Outcome, run[1].Replica));
    }

    [Fact]
    public void A_restarted_replica_has_a_new_epoch_an_empty_cache_and_is_unknown_until_it_reports()
    {
        long[] hashes = [1, 2, 3, 4];
        var jobs = Enumerable.Range(0, 40).Select(id => Given.Job(id, arrival: 0.1 * id, prompt: 64, output: 2, hashes: hashes)).ToArray();
        var router = new WatchingRouter(static (_, _) => 0);
        var setup = Setup(new Scenario { Events = [Crash(1.95, 0, restart: 0.01)] }, Given.Replica()) with { SnapshotAge = TimeSpan.FromSeconds(0.5) };
        var run = Given.Run(setup, jobs, router);

        Assert.Equal(48, run[19].CachedTokens);
        Assert.Equal(0, run[20].CachedTokens);
        Assert.Equal(48, run[21].CachedTokens);
        var views = router.Seen.Select(static seen => seen.Views[0]).ToArray();
        Assert.All(views[..20], static view => Assert.Equal(0, view.Epoch));
        Assert.All(views[20..], static view => Assert.Equal(1, view.Epoch));
        Assert.Equal((null, null, null, 16_000L), (views[20].Running, views[20].QueuedPrefillTokens, views[20].PrefillTokensPerSecond, views[20].KvCapacityTokens));
        Assert.NotNull(views[^1].Running);
    }

    [Fact]
    public void A_slow_replica_is_slow_for_its_time()
    {
        var slow = new ScenarioEvent(TimeSpan.FromSeconds(1), ScenarioKind.Slow, 0) { Factor = 3, Lasting = TimeSpan.FromSeconds(3) };
        var jobs = Enumerable.Range(0, 6).Select(id => Given.Job(id, arrival: id + 0.5, prompt: 10, output: 10)).ToArray();
        var run = Given.Run(Setup(new Scenario { Events = [slow] }, Given.Replica()), jobs);

        Assert.Equal([100, 300, 300, 300, 100, 100], run.Records.Select(static record => record.E2E.TotalMilliseconds));
    }

    [Fact]
    public void A_draining_replica_finishes_what_it_has_and_takes_requests_again_afterwards()
    {
        var drain = new ScenarioEvent(TimeSpan.FromSeconds(0.95), ScenarioKind.Drain, 0) { Lasting = TimeSpan.FromSeconds(2) };
        var run = Given.Run(Setup(new Scenario { Events = [drain] }, Given.Replica(), Given.Replica()), Long(), new WatchingRouter(static (_, _) => 0));

        Assert.All(run.Records, static record => Assert.Equal(Outcome.Completed, record.Outcome));
        Assert.All(run.Records, static record => Assert.Equal(record.Arrival.TotalSeconds is > 0.95 and < 2.95 ? 1 : 0, record.Replica));
    }

    [Fact]
    public void A_removed_replica_finishes_what_it_has_and_never_returns()
    {
        var remove = new ScenarioEvent(TimeSpan.FromSeconds(0.95), ScenarioKind.Remove, 0);
        var run = Given.Run(
            Setup(new Scenario { Events = [remove, Crash(2, 0, restart: 0.1)] }, Given.Replica(), Given.Replica()), Long(), new WatchingRouter(static (_, _) => 0));

        Assert.All(run.Records.Where(static record => record.Arrival.TotalSeconds > 0.95), static record => Assert.Equal((1, Outcome.Completed), (record.Replica, record.Outcome)));
        Assert.All(run.Records.Where(static record => record.Arrival.TotalSeconds < 0.5), static record => Assert.Equal((0, Outcome.Completed), (record.Replica, record.Outcome)));
    }

    [Fact]
    public void An_added_replica_takes_requests_after_its_start_up()
    {
        var add = new ScenarioEvent(TimeSpan.FromSeconds(1), ScenarioKind.Add, 0) { Lasting = TimeSpan.FromSeconds(0.95) };
        var run = Given.Run(
            Setup(new Scenario { Events = [add] }, Given.Replica()), Long(), new WatchingRouter(static (_, views) => views.Length - 1));

        Assert.All(run.Records, static record => Assert.Equal(record.Arrival.TotalSeconds > 1.95 ? 1 : 0, record.Replica));
    }

    [Fact]
    public void What_is_on_its_way_to_a_replica_that_dies_is_sent_elsewhere()
    {
        var far = Given.Replica() with { Latency = TimeSpan.FromSeconds(1) };
        var run = Given.Run(
            Setup(new Scenario { Events = [Crash(0.5, 1)] }, Given.Replica(), far), [Given.Job(0, output: 1)], new WatchingRouter(static (_, views) => views.Length - 1));

        Assert.Equal((Outcome.Completed, 0, TimeSpan.FromSeconds(0.51)), (run[0].Outcome, run[0].Replica, run[0].Finish));
    }

    [Fact]
    public void Held_requests_are_let_in_when_a_replica_starts()
    {
        var add = new ScenarioEvent(TimeSpan.FromSeconds(5), ScenarioKind.Add, 0);
        var run = Given.Run(Setup(new Scenario { Events = [add] }, Given.Replica()), [Given.Job(0)], new HoldingForTwo());

        Assert.Equal((Outcome.Completed, TimeSpan.FromSeconds(5)), (run[0].Outcome, run[0].Queue));
    }

    [Fact]
    public void Later_events_do_not_prolong_a_run()
    {
        var drain = new ScenarioEvent(Never, ScenarioKind.Drain, 0);
        var run = Given.Run(Setup(new Scenario { Events = [drain] }, Given.Replica()), [Given.Job(0, output: 3)]);

        Assert.Equal(TimeSpan.FromMilliseconds(30), run.Result.Makespan);
    }

    [Fact]
    public void The_phases_of_a_request_that_is_sent_again_do_not_overlap()
    {
        var spans = 0;
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var workload = RandomScenario.Of(seed);
            var phases = new Phases();
            Given.Run(workload.Setup("vllm") with { Scenario = RandomEvents.Of(workload), Observers = [new PhaseTracker(phases)] }, workload.Jobs);
            foreach (var life in phases.Spans.GroupBy(static span => span.Request.Id))
            {
                spans += life.Count();
                Assert.All(life.Zip(life.Skip(1)), static pair => Assert.True(pair.First.End <= pair.Second.Start, $"{pair.First} overlaps {pair.Second}."));
            }
        }

        Assert.True(spans > Scenarios, $"Only {spans} spans were told.");
    }

    private static SimulationSetup Setup(Scenario scenario, params ReplicaSpec[] fleet) => Given.Setup("vllm", "round-robin", fleet) with { Scenario = scenario };

    private static ScenarioEvent Crash(double at, int replica, double? restart = null) =>
        new(TimeSpan.FromSeconds(at), ScenarioKind.Crash, replica) { Lasting = restart is { } delay ? TimeSpan.FromSeconds(delay) : null };

    /// <summary>Forty requests of half a second, one every 100 ms.</summary>
    private static Job[] Long() => [.. Enumerable.Range(0, 40).Select(static id => Given.Job(id, arrival: 0.1 * id, prompt: 10, output: 50))];

    private sealed class Phases : IPhaseSink
    {
        internal List<PhaseSpan> Spans { get; } = [];

        public void Add(in PhaseSpan span) => Spans.Add(span);
    }
}
