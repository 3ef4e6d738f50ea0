using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Simulation.Scenarios;
using HalfFull.Simulation.Tests.Gateways;
using HalfFull.Simulation.Tests.Scenarios;

namespace HalfFull.Simulation.Tests.Scaling;

/// <summary>What an autoscaler's decisions do to a fleet, to requests and to the figures.</summary>
public sealed class AutoscaleTests
{
    private const int Scenarios = 300;
    private static readonly string[] Nervous =
    [
        "queue:max=4,start-up=50ms,interval=20ms,after=60ms,requests=1",
        "queue:max=3,start-up=0ms,interval=7ms,after=0ms,prefill=40,fill=1",
        "freeness:max=4,start-up=30ms,interval=10ms,after=20ms,low=60,high=90",
    ];

    [Theory]
    [InlineData("vllm")]
    [InlineData("larry")]
    [InlineData("sglang")]
    public void No_request_is_lost_or_doubled_and_fast_forward_changes_nothing(string engine)
    {
        var (ups, downs) = (0, 0);
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var workload = RandomScenario.Of(seed);
            var setup = StaleReportTests.Remote(workload.Setup(engine), seed) with
            {
                Scenario = seed % 2 == 0 ? RandomEvents.Of(workload) : null,
                Autoscale = PolicySpec.Parse(Nervous[seed % 3]),
            };

            // CheckInvariants is on: the run throws when a ledger is not zero at the end.
            var plain = Given.Run(setup with { FastForward = false }, workload.Jobs);
            plain.AssertSameAs(Given.Run(setup, workload.Jobs), $"{engine}, {workload.Router}, {setup.Autoscale}, seed {seed}");

            Assert.Equal(workload.Jobs.Select(job => job.Request.Id), plain.Records.Select(record => record.Id).Order());
            Assert.Equal(plain.Records.Select(record => record.Finish), plain.Records.Select(record => record.Finish).Order());
            ups += plain.Result.Scaling!.ScaleUps;
            downs += plain.Result.Scaling.ScaleDowns;
        }

        Assert.True(ups > Scenarios && downs > Scenarios, $"Only {ups} replicas were added and {downs} drained.");
    }

    [Fact]
    public void The_events_of_a_run_account_for_every_replica()
    {
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var workload = RandomScenario.Of(seed);
            var run = Given.Run(workload.Setup("vllm") with { Autoscale = PolicySpec.Parse(Nervous[seed % 3]) }, workload.Jobs);
            var (cost, serving) = (workload.Fleet.Count, workload.Fleet.Count);
            foreach (var item in run.Result.Scaling!.Events)
            {
                cost += item.Event switch { "start" => 1, "cancel" or "stop" => -1, _ => 0 };
                serving += item.Event switch { "ready" or "reopen" => 1, "drain" => -1, _ => 0 };
                Assert.Equal((cost, serving), (item.Replicas, item.Serving));
                Assert.InRange(serving, 1, Math.Max(4, 2 * workload.Fleet.Count));
            }
        }
    }

    [Fact]
    public void A_new_replica_takes_requests_after_its_start_up_and_costs_from_the_decision_on()
    {
        // One seat and steps of 10 ms: requests of 100 ms arrive every 50 ms, and at 1 s half of them wait.
        var jobs = Enumerable.Range(0, 200).Select(id => Given.Job(id, arrival: 0.05 * id, prompt: 10, output: 10)).ToArray();
        var run = Given.Run(Setup("queue:max=2,start-up=2s,interval=1s,requests=5", jobs), jobs);

        Assert.Equal(
            [new ScalingEvent(1, "start", 1, 1, 2), new ScalingEvent(3, "ready", 1, 2, 2)],
            run.Result.Scaling!.Events);
        Assert.All(run.Records.Where(static record => record.Replica == 1), static record => Assert.True(record.Arrival >= TimeSpan.FromSeconds(3)));
        Assert.Contains(run.Records, static record => record.Replica == 1);
        var makespan = run.Result.Makespan.TotalSeconds;
        Assert.Equal((2 * makespan) - 1, run.Result.Scaling.ReplicaSeconds, 1e-6);
        Assert.Equal(((2 * makespan) - 1) / makespan, run.Result.Scaling.ReplicasMean, 1e-9);
    }

    [Fact]
    public void A_draining_replica_finishes_what_it_has_then_stops_and_starts_anew_with_an_empty_cache()
    {
        // Request 0 keeps replica 0 busy for 3 s, so that replica 1 drains; the rush at 10 s brings it back.
        long[] hashes = [1, 2, 3, 4];
        Job[] jobs =
        [
            Given.Job(0, prompt: 64, output: 300, hashes: hashes), Given.Job(1, prompt: 64, output: 150, hashes: hashes),
            .. Enumerable.Range(2, 30).Select(id => Given.Job(id, arrival: 10, prompt: 64, output: 100, hashes: hashes)), Given.Job(40, arrival: 12.5, prompt: 64, hashes: hashes),
        ];
        var one = Given.Replica(Given.Limits(seats: 1));
        var router = new WatchingRouter(static (request, views) => (int)(request.Request.Id % views.Length));
        var setup = Given.Setup("vllm", "round-robin", one, one) with { Autoscale = PolicySpec.Parse("queue:max=2,start-up=1s,interval=1s,requests=5,after=0ms") };
        var run = Given.Run(setup, jobs, router);

        Assert.Equal(
            [new ScalingEvent(1, "drain", 1, 1, 2), new ScalingEvent(1.5, "stop", 1, 1, 1), new ScalingEvent(11, "start", 1, 1, 2), new ScalingEvent(12, "ready", 1, 2, 2)],
            run.Result.Scaling!.Events.Take(4));
        Assert.Equal((Outcome.Completed, 150, 1), (run[1].Outcome, run[1].OutputTokens, run[1].Replica));
        Assert.Equal([0L, 1L], router.Seen[^1].Views.Select(static view => view.Epoch));
        Assert.Equal(48, run[2].CachedTokens);
    }

    [Fact]
    public void More_is_wanted_again_before_a_drain_has_ended_and_the_replica_is_opened_again()
    {
        Job[] jobs = [Given.Job(0, output: 500), Given.Job(1, output: 500), .. Enumerable.Range(2, 30).Select(id => Given.Job(id, arrival: 1.5, prompt: 10, output: 100))];
        var one = Given.Replica(Given.Limits(seats: 1));
        var setup = Given.Setup("vllm", "round-robin", one, one) with { Autoscale = PolicySpec.Parse("queue:max=2,interval=1s,requests=5,after=0ms") };
        var run = Given.Run(setup, jobs);

        Assert.Equal(
            [new ScalingEvent(1, "drain", 1, 1, 2), new ScalingEvent(2, "reopen", 1, 2, 2)],
            run.Result.Scaling!.Events.Take(2));
    }

    [Fact]
    public void Idle_time_between_arrivals_is_used_to_drain_and_the_bounds_hold_whatever_the_policy_wants()
    {
        Job[] jobs = [Given.Job(0), Given.Job(1, arrival: 1000)];
        var three = Enumerable.Repeat(Given.Replica(), 4).ToArray();
        var run = Given.Run(Given.Setup("vllm", "round-robin", three) with { Autoscale = PolicySpec.Parse("queue:min=2,interval=10s,after=0ms") }, jobs);

        Assert.Equal((2, 4, 2), (run.Result.Scaling!.ReplicasMin, run.Result.Scaling.ReplicasMax, run.Result.Scaling.ScaleDowns));
        Assert.All(run.Result.Scaling.Events, static item => Assert.True(item.AtSeconds <= 20, $"{item}"));
    }

    [Fact]
    public void Replicas_that_crash_for_good_are_replaced_up_to_the_fewest()
    {
        var crash = new Scenario { Events = [new ScenarioEvent(TimeSpan.FromSeconds(5), ScenarioKind.Crash, 0)] };
        var jobs = Enumerable.Range(0, 30).Select(id => Given.Job(id, arrival: id, output: 2)).ToArray();
        var setup = Given.Setup("vllm", "round-robin", Given.Replica(), Given.Replica()) with { Scenario = crash, Autoscale = PolicySpec.Parse("queue:min=2,start-up=3s") };
        var run = Given.Run(setup, jobs);

        Assert.Equal(
            [new ScalingEvent(5, "crash", 0, 1, 1), new ScalingEvent(10, "start", 2, 1, 2), new ScalingEvent(13, "ready", 2, 2, 2)],
            run.Result.Scaling!.Events);
        Assert.Contains(run.Records, static record => record.Replica == 2);
    }

    [Fact]
    public void Held_requests_wait_for_a_replica_that_starts()
    {
        // One replica, and the router sends only when it sees two: nothing runs while the second starts.
        var setup = Given.Setup("vllm", "round-robin", Given.Replica()) with { Autoscale = PolicySpec.Parse("queue:max=2,requests=1,start-up=30s,interval=10s") };
        Job[] jobs = [Given.Job(0), Given.Job(1), Given.Job(2, arrival: 11)];
        var run = Given.Run(setup, jobs, new HoldingForTwo());

        Assert.All(run.Records, static record => Assert.Equal(Outcome.Completed, record.Outcome));
        Assert.Equal(TimeSpan.FromSeconds(40), run[0].FirstScheduled);
    }

    [Theory]
    [InlineData("queue:max=1", "--autoscale keeps from 1 to 1 replicas, but the fleet starts with 2: change --replicas, min or max.")]
    [InlineData("freeness:min=3", "--autoscale keeps from 3 to 4 replicas, but the fleet starts with 2: change --replicas, min or max.")]
    public void A_fleet_that_starts_outside_the_bounds_is_refused(string spec, string sentence)
    {
        var setup = Given.Setup("vllm", "round-robin", Given.Replica(), Given.Replica()) with { Autoscale = PolicySpec.Parse(spec) };

        Assert.Equal(sentence, Assert.Throws<SimulationException>(() => Given.Run(setup, [])).Message);
    }

    private static SimulationSetup Setup(string autoscale, Job[] jobs) =>
        Given.Setup("vllm", "least-requests", Given.Replica(Given.Limits(seats: 1))) with { Autoscale = PolicySpec.Parse(autoscale) };
}
