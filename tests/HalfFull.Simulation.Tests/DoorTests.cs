using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Prediction;
using HalfFull.Routing;

namespace HalfFull.Simulation.Tests;

/// <summary>What happens at the door: holding, rejecting, and requests that fit nowhere or not everywhere.</summary>
public sealed class DoorTests
{
    [Fact]
    public void Held_requests_are_let_in_as_others_end()
    {
        var router = new HoldingRouter(mostInFlight: 3);
        var jobs = Given.PoissonJobs(500, rate: 50, prompt: 30, output: 10).ToArray();
        var run = Given.Run(Given.Setup("vllm", "round-robin", Given.Replica(), Given.Replica()), jobs, router);

        Assert.Equal(500, run.Records.Count);
        Assert.All(run.Records, record => Assert.Equal((Outcome.Completed, 10), (record.Outcome, record.OutputTokens)));
        Assert.Equal(3, router.MostSeen);
        Assert.Equal(3, MostInFlight(run));
    }

    [Fact]
    public void Holding_one_at_a_time_serves_in_order_of_arrival_without_a_pause()
    {
        Job[] jobs = [.. Enumerable.Range(0, 5).Select(id => Given.Job(id, prompt: 10, output: 2))];
        var run = Given.Run(Given.Setup(), jobs, new HoldingRouter(mostInFlight: 1));

        Assert.Equal([0L, 1, 2, 3, 4], run.Records.Select(record => record.Id));
        Assert.Equal([20, 40, 60, 80, 100], run.Records.Select(record => record.Finish.TotalMilliseconds));
        Assert.Equal(TimeSpan.FromMilliseconds(80), run[4].Queue);
    }

    [Fact]
    public void A_router_that_holds_for_ever_ends_in_rejections()
    {
        var jobs = Given.PoissonJobs(50, rate: 10, prompt: 10, output: 2).ToArray();
        var run = Given.Run(Given.Setup(), jobs, new HoldingRouter(mostInFlight: 0));

        Assert.Equal(jobs.Select(job => job.Request.Id), run.Records.Select(record => record.Id));
        Assert.All(run.Records, record => Assert.Equal((Outcome.Rejected, -1), (record.Outcome, record.Replica)));
        Assert.All(run.Records, record => Assert.True(record.Arrival <= record.Finish, $"Request {record.Id} ended before it arrived."));
        Assert.Equal(jobs[^1].Request.Arrival - jobs[0].Request.Arrival, run.Result.Makespan);
    }

    [Fact]
    public void A_router_that_rejects_takes_nothing_from_the_others()
    {
        var jobs = Given.PoissonJobs(60, rate: 20, prompt: 10, output: 5).ToArray();
        var run = Given.Run(Given.Setup(), jobs, new RejectingEveryThird());

        Assert.Equal(60, run.Records.Count);
        foreach (var record in run.Records)
        {
            var rejected = record.Id % 3 == 0;
            Assert.Equal(rejected ? Outcome.Rejected : Outcome.Completed, record.Outcome);
            Assert.Equal(rejected ? 0 : 5, record.OutputTokens);
            Assert.True(!rejected || record.Finish == record.Arrival);
        }
    }

    [Fact]
    public void A_request_that_fits_nowhere_is_rejected_and_the_others_are_served()
    {
        var limits = Given.Limits(blocks: 4);
        Job[] jobs = [Given.Job(0, prompt: 65), Given.Job(1, prompt: 64), Given.Job(2, prompt: 20, output: 10), Given.Job(3, prompt: 1000)];
        var run = Given.Run(Given.Setup("vllm", "sal", Given.Replica(limits), Given.Replica(limits)), jobs);

        Assert.Equal([Outcome.Rejected, Outcome.Completed, Outcome.Completed, Outcome.Rejected], jobs.Select(job => run[job.Request.Id].Outcome));
        Assert.Equal(1, run[1].OutputTokens); // its prompt fills the pool; the last token needs no memory
        Assert.Equal(10, run[2].OutputTokens);
    }

    [Fact]
    public void In_an_unequal_fleet_a_large_request_goes_where_it_fits()
    {
        var jobs = Enumerable.Range(0, 40).Select(id => Given.Job(id, 0.05 * id, prompt: id % 4 == 0 ? 900 : 50, output: 10)).ToArray();
        var setup = Given.Setup("vllm", "round-robin", Given.Replica(Given.Limits(blocks: 20)), Given.Replica(Given.Limits(blocks: 100)), Given.Replica(Given.Limits(blocks: 20)));
        var run = Given.Run(setup, jobs);

        Assert.All(run.Records, record => Assert.Equal(Outcome.Completed, record.Outcome));
        Assert.All(run.Records.Where(record => record.PromptTokens == 900), record => Assert.Equal(1, record.Replica));
        Assert.Equal(3, run.Records.Where(record => record.PromptTokens == 50).Select(record => record.Replica).Distinct().Count());
    }

    [Fact]
    public void A_faster_replica_gets_more_from_a_router_that_counts()
    {
        var fast = Given.Replica();
        var slow = Given.Replica(step: new HalfFull.Engine.StepTime.LinearStepTime(40_000, 0, 0, 0));
        var run = Given.Run(Given.Setup("vllm", "least-requests", slow, fast), Given.PoissonJobs(400, rate: 20, prompt: 10, output: 20));

        Assert.True(run.Records.Count(record => record.Replica == 1) > 1.5 * run.Records.Count(record => record.Replica == 0));
    }

    [Fact]
    public void An_empty_fleet_and_jobs_out_of_order_are_refused_in_one_sentence()
    {
        var empty = Assert.Throws<SimulationException>(() => Given.Run(Given.Setup() with { Fleet = [] }, []));
        Assert.Equal("The fleet has no replica; at least one is needed.", empty.Message);

        Job[] jobs = [Given.Job(0, arrival: 2), Given.Job(7, arrival: 1)];
        var unordered = Assert.Throws<SimulationException>(() => Given.Run(Given.Setup(), jobs));
        Assert.Equal("Request 7 arrives before the one in front of it; jobs must be in arrival order.", unordered.Message);
    }

    [Fact]
    public void A_policy_that_needs_predictions_is_refused_without_them()
    {
        var error = Assert.Throws<SimulationException>(() => Given.Run(Given.Setup("srpt") with { Predictor = PredictorSpec.None }, []));
        Assert.Equal("Engine policy 'srpt' needs predicted output lengths; add --predict quantile, ranker:FILE, noisy:SIGMA or oracle.", error.Message);
    }

    [Fact]
    public void No_jobs_give_an_empty_result()
    {
        var run = Given.Run(Given.Setup(), []);

        Assert.Empty(run.Records);
        Assert.Equal((0L, TimeSpan.Zero, 0.0, 1.0), (run.Result.Steps, run.Result.Makespan, run.Result.KvUsageMean, run.Result.Imbalance));
    }

    [Fact]
    public void A_run_can_be_cancelled_when_no_request_is_left_to_arrive()
    {
        using var cancellation = new CancellationTokenSource();
        var records = new CancellingSink(cancellation);
        var jobs = Enumerable.Range(0, 100).Select(id => Given.Job(id, output: 1 + id));

        Assert.Throws<OperationCanceledException>(() => Simulator.Run(Given.Setup(), jobs, records, cancellation.Token));
        Assert.Equal(1, records.Count);
    }

    /// <summary>Most requests between first step and finish at one time.</summary>
    private static int MostInFlight(SimulationRun run)
    {
        var changes = run.Records.Select(record => (Time: record.FirstScheduled, Change: 1))
            .Concat(run.Records.Select(record => (Time: record.Finish, Change: -1)))
            .OrderBy(change => change.Time).ThenBy(change => change.Change);
        var (now, most) = (0, 0);
        foreach (var (_, change) in changes)
        {
            now += change;
            most = Math.Max(most, now);
        }

        return most;
    }

    private sealed class RejectingEveryThird : IRouter
    {
        public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores) =>
            request.Request.Id % 3 == 0 ? RouteDecision.Reject("every third") : RouteDecision.Route(0, "the rest");
    }

    private sealed class CancellingSink(CancellationTokenSource cancellation) : IRecordSink
    {
        internal int Count { get; private set; }

        public void Add(in RequestRecord record)
        {
            Count++;
            cancellation.Cancel();
        }
    }
}
