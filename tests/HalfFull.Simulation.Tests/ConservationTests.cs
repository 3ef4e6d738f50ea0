using HalfFull.Metrics;

namespace HalfFull.Simulation.Tests;

/// <summary>Nothing is lost, doubled or out of order, whatever the policy and however tight the memory.</summary>
public sealed class ConservationTests
{
    private const int Scenarios = 150;

    [Theory]
    [MemberData(nameof(FastForwardTests.Engines), MemberType = typeof(FastForwardTests))]
    public void Every_job_ends_once_with_all_its_tokens(string engine)
    {
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var scenario = RandomScenario.Of(seed);
            var run = Given.Run(scenario.Setup(engine), scenario.Jobs);

            Assert.Equal(scenario.Jobs.Select(job => job.Request.Id), run.Records.Select(record => record.Id).Order());
            foreach (var record in run.Records)
            {
                AssertWhole(record, scenario.Jobs[(int)record.Id], scenario);
            }

            AssertTotals(run);
        }
    }

    [Fact]
    public void The_scenarios_do_preempt_reject_share_prefixes_and_run_several_replicas()
    {
        var runs = Enumerable.Range(1, Scenarios).Select(seed => RandomScenario.Of((ulong)seed))
            .Select(scenario => (Scenario: scenario, Run: Given.Run(scenario.Setup("vllm"), scenario.Jobs)))
            .ToArray();

        Assert.InRange(runs.Count(run => run.Run.Result.Preemptions > 0), Scenarios / 10, Scenarios);
        Assert.InRange(runs.Count(run => run.Run.Result.RecomputedTokens > 0), Scenarios / 10, Scenarios);
        Assert.InRange(runs.Count(run => run.Run.Records.Any(record => record.CachedTokens > 0)), Scenarios / 4, Scenarios);
        Assert.InRange(runs.Count(run => run.Run.Records.Any(record => record.Outcome == Outcome.Rejected)), 5, Scenarios);
        Assert.InRange(runs.Count(run => run.Scenario.Fleet.Count > 1), Scenarios / 2, Scenarios);
    }

    [Fact]
    public void A_preempted_request_emits_the_tokens_it_would_have_emitted_undisturbed()
    {
        var jobs = Enumerable.Range(0, 12).Select(id => Given.Job(id, prompt: 60, output: 40 + id)).ToArray();
        var tight = Given.Run(Given.Setup("vllm", "round-robin", Given.Replica(Given.Limits(blocks: 20))), jobs);
        var roomy = Given.Run(Given.Setup("vllm", "round-robin", Given.Replica(Given.Limits(blocks: 2000))), jobs);

        Assert.True(tight.Result.Preemptions > 0);
        Assert.Equal(0, roomy.Result.Preemptions);
        Assert.Equal(
            roomy.Records.OrderBy(record => record.Id).Select(record => record.OutputTokens),
            tight.Records.OrderBy(record => record.Id).Select(record => record.OutputTokens));
    }

    private static void AssertWhole(in RequestRecord record, Job job, RandomScenario scenario)
    {
        var request = job.Request;
        Assert.Equal(request.Arrival, record.Arrival);
        Assert.Equal(request.PromptTokens, record.PromptTokens);
        Assert.Equal(request.Tenant, record.Tenant);
        Assert.True(record.Arrival <= record.FirstScheduled && record.FirstScheduled <= record.FirstToken && record.FirstToken <= record.Finish, $"{record}");
        if (record.Outcome == Outcome.Rejected)
        {
            Assert.All(scenario.Fleet, spec => Assert.True(Room(spec, request) < 1, $"Request {request.Id} would have fitted."));
            Assert.Equal((-1, 0, 0, 0), (record.Replica, record.OutputTokens, record.CachedTokens, record.Preemptions));
            return;
        }

        Assert.Equal(Outcome.Completed, record.Outcome);
        var room = Room(scenario.Fleet[record.Replica], request);
        Assert.Equal(Math.Min(Math.Min(job.OutputTokens, request.MaxOutputTokens), room), record.OutputTokens);
        Assert.InRange(record.CachedTokens, 0, record.PromptTokens - 1);
        Assert.True(record.FirstScheduled < record.FirstToken);
        Assert.Equal(record.OutputTokens == 1, record.FirstToken == record.Finish);
    }

    /// <summary>
    /// Output tokens for which the replica has room beside the prompt; the last one needs no KV. A prompt that fills the pool gets one, a
    /// prompt that fills the context none.
    /// </summary>
    private static long Room(ReplicaSpec spec, Request request) =>
        Math.Min(spec.Limits.KvCapacityTokens + 1, spec.Limits.MaxModelLength ?? long.MaxValue) - request.PromptTokens;

    private static void AssertTotals(SimulationRun run)
    {
        var completed = run.Records.Where(record => record.Outcome == Outcome.Completed).ToArray();
        Assert.Equal(completed.Sum(record => record.OutputTokens - 1L), run.Result.TokenGaps.Count);
        Assert.Equal(completed.Sum(record => record.Preemptions), run.Result.Preemptions);
        var gaps = completed.Aggregate(TimeSpan.Zero, (sum, record) => sum + (record.Finish - record.FirstToken));
        Assert.Equal(gaps.Ticks, run.Result.TokenGaps.Mean * run.Result.TokenGaps.Count, tolerance: 1);
        Assert.Equal(run.Records.Max(record => record.Finish) - run.Records.Min(record => record.Arrival), run.Result.Makespan);
        Assert.InRange(run.Result.KvUsageMean, 0, 1);
        Assert.True(run.Result.Imbalance >= 1);
        Assert.Equal(run.Records.OrderBy(record => record.Finish).Select(record => record.Finish), run.Records.Select(record => record.Finish));
    }
}
