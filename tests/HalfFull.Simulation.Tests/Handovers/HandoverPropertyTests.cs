using HalfFull.Metrics;
using HalfFull.Simulation.Tests.Gateways;
using HalfFull.Simulation.Tests.Scenarios;

namespace HalfFull.Simulation.Tests.Handovers;

/// <summary>On random fleets with roles: no token is lost or doubled, ledgers end at zero (a run throws otherwise), and fast-forward changes nothing.</summary>
public sealed class HandoverPropertyTests
{
    private const int Scenarios = 200;

    [Theory]
    [InlineData("vllm")]
    [InlineData("larry")]
    [InlineData("sglang")]
    public void Every_job_ends_once_with_all_its_tokens(string engine)
    {
        var (moved, preempted) = (0, 0);
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var (setup, workload) = GivenSplit.Random(engine, seed);
            var run = Play(setup, workload, seed);
            moved += run.Result.Handovers!.Count > 0 ? 1 : 0;
            preempted += run.Result.Preemptions > 0 ? 1 : 0;
            Assert.Equal(run.Result.Handovers.Count, run.Records.LongCount(static record => record.PrefillReplica is not null));
            foreach (var record in run.Records)
            {
                AssertWhole(record, workload.Jobs[(int)record.Id], setup.Fleet);
            }
        }

        Assert.InRange(moved, Scenarios / 2, Scenarios);
        Assert.InRange(preempted, Scenarios / 50, Scenarios);
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("larry")]
    public void So_it_does_with_crashes_old_reports_gateways_and_links(string engine)
    {
        var (failed, restarted) = (0, 0);
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var (setup, workload) = GivenSplit.Random(engine, seed);
            setup = StaleReportTests.Remote(setup, seed) with { Scenario = RandomEvents.Of(workload) };
            var run = Play(setup, workload, seed);
            failed += run.Records.Any(static record => record.Outcome == Outcome.Failed) ? 1 : 0;
            restarted += run.Result is { RecomputedTokens: > 0, Preemptions: 0 } ? 1 : 0; // only a lost copy, then
            Assert.All(run.Records.Where(static record => record.Outcome == Outcome.Completed), record => Assert.InRange(record.OutputTokens, 1, workload.Jobs[(int)record.Id].OutputTokens));
        }

        Assert.InRange(failed, Scenarios / 4, Scenarios);
        Assert.InRange(restarted, 1, Scenarios);
    }

    /// <summary>Every engine policy, in both roles.</summary>
    [Theory]
    [MemberData(nameof(FastForwardTests.Engines), MemberType = typeof(FastForwardTests))]
    public void Every_engine_prefills_and_decodes(string engine)
    {
        for (var seed = 1UL; seed <= Scenarios / 10; seed++)
        {
            var (setup, workload) = GivenSplit.Random(engine, seed);
            Play(setup with { DecodeEngine = null }, workload, seed);
        }
    }

    [Fact]
    public void A_router_that_holds_requests_changes_nothing_of_this()
    {
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var (setup, workload) = GivenSplit.Random("vllm", seed);
            var plain = Given.Run(setup with { FastForward = false }, workload.Jobs, new HoldingRouter(mostInFlight: 4));
            plain.AssertSameAs(Given.Run(setup, workload.Jobs, new HoldingRouter(mostInFlight: 4)), $"holding, seed {seed}");
            Assert.Equal(workload.Jobs.Count, plain.Records.Count);
        }
    }

    private static SimulationRun Play(SimulationSetup setup, RandomScenario workload, ulong seed)
    {
        var run = Given.Run(setup, workload.Jobs);
        Given.Run(setup with { FastForward = false }, workload.Jobs).AssertSameAs(run, $"{setup.Engine}, {workload.Router}, seed {seed}");
        Assert.Equal(workload.Jobs.Select(static job => job.Request.Id), run.Records.Select(static record => record.Id).Order());
        Assert.Equal(run.Records.Select(static record => record.Finish), run.Records.Select(static record => record.Finish).Order());

        // Every token after the first ends one gap, whatever became of the request.
        Assert.Equal(run.Records.Sum(static record => Math.Max(0L, record.OutputTokens - 1)), run.Result.TokenGaps.Count);
        return run;
    }

    private static void AssertWhole(in RequestRecord record, Job job, IReadOnlyList<ReplicaSpec> fleet)
    {
        var request = job.Request;
        if (record.Outcome == Outcome.Rejected)
        {
            Assert.True(
                fleet.Where(static spec => spec.Role == ReplicaRole.Prefill).All(spec => spec.Limits.Refusal(request) is not null)
                || fleet.Where(static spec => spec.Role == ReplicaRole.Decode).All(spec => spec.Limits.Refusal(request) is not null),
                $"Request {request.Id} would have fitted.");
            return;
        }

        Assert.Equal(Outcome.Completed, record.Outcome);
        var wanted = Math.Min(job.OutputTokens, request.MaxOutputTokens);
        if (record.PrefillReplica is not { } source)
        {
            Assert.Equal((1, ReplicaRole.Prefill), (record.OutputTokens, fleet[record.Replica].Role));
            Assert.True(wanted == 1 || fleet.All(spec => spec.Role == ReplicaRole.Prefill || spec.Limits.Refusal(request) is not null || spec.Limits.OutputLimit(request) == 1));
            return;
        }

        Assert.Equal((ReplicaRole.Prefill, ReplicaRole.Decode), (fleet[source].Role, fleet[record.Replica].Role));
        Assert.Equal(Math.Min(wanted, fleet[record.Replica].Limits.OutputLimit(request)), record.OutputTokens);
        Assert.True(record.FirstScheduled < record.FirstToken && record.FirstToken + record.Handover < record.Finish, $"{record}");
    }
}
