using HalfFull.Engine.StepTime;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Simulation.Handovers;
using HalfFull.Simulation.Recording;
using HalfFull.Simulation.Scenarios;
using HalfFull.Simulation.Tests.Gateways;
using static HalfFull.Simulation.Tests.Handovers.GivenSplit;

namespace HalfFull.Simulation.Tests.Handovers;

/// <summary>Timelines worked out by hand: steps take 10 ms, the KV of a token 1 ms, and each copy 5 ms more.</summary>
public sealed class HandoverTests
{
    [Fact]
    public void A_request_is_prefilled_copied_and_decoded()
    {
        var setup = Setup(Prefill(), Decode());
        var run = Given.Run(setup, [Given.Job(prompt: 100, output: 3)]);

        // Prefill until 10, copy until 10 + 100 + 5, two steps for two more tokens.
        var record = run[0];
        Assert.Equal((Ms(10), Ms(135), 3, Outcome.Completed), (record.FirstToken, record.Finish, record.OutputTokens, record.Outcome));
        Assert.Equal((1, 0, Ms(105)), (record.Replica, record.PrefillReplica, record.Handover));
        Assert.Equal((3L, 2L), (run.Result.Steps, run.Result.TokenGaps.Count));
        Assert.Equal((Ms(115).Ticks, Ms(10).Ticks), (run.Result.TokenGaps.Max, run.Result.TokenGaps.Min));
        Assert.Equal(record.E2E, new IsolatedTime(setup.Fleet, setup.KvTransfer).Of(record));
        Assert.Equal((1L, 100L), (run.Result.Handovers!.Count, run.Result.Handovers.Tokens));
        Assert.Equal((0L, Ms(105).Ticks), (run.Result.Handovers.Waits.Max, run.Result.Handovers.Copies.Max));
    }

    [Fact]
    public void It_stands_still_in_its_slot_at_the_source_until_the_copy_has_arrived()
    {
        var phases = new Phases();
        Given.Run(Setup(Prefill(), Decode()) with { Observers = [new PhaseTracker(phases)] }, [Given.Job(prompt: 100, output: 3)]);

        Assert.Equal(
            [(0, RequestPhase.Prefill, Ms(0), Ms(10)), (0, RequestPhase.Paused, Ms(10), Ms(115))],
            phases.Spans.Select(static span => (span.Replica, span.Phase, span.Start, span.End)));
    }

    [Fact]
    public void A_request_of_one_token_never_leaves_the_replica_that_prefills()
    {
        var run = Given.Run(Setup(Prefill(), Decode()), [Given.Job(0, output: 1), Given.Job(1, output: 9, max: 1)]);

        Assert.All(run.Records, static record => Assert.Equal((0, null, 1, Ms(10)), (record.Replica, record.PrefillReplica, record.OutputTokens, record.Finish)));
        Assert.Equal(0, run.Result.Handovers!.Count);
    }

    [Fact]
    public void Copies_over_one_link_follow_each_other()
    {
        var run = Given.Run(Setup(Prefill(), Decode(), Decode()), [Given.Job(0, prompt: 100, output: 3), Given.Job(1, prompt: 50, output: 2)]);

        // Both are prefilled by 10. The second copy leaves when the first has left: from 110 to 160, there at 165, and its token at 175.
        Assert.Equal((Ms(135), 1), (run[0].Finish, run[0].Replica));
        Assert.Equal((Ms(175), 2, Ms(155)), (run[1].Finish, run[1].Replica, run[1].Handover));
        Assert.Equal((Ms(100).Ticks, Ms(55).Ticks), (run.Result.Handovers!.Waits.Max, run.Result.Handovers.Copies.Min));
    }

    [Fact]
    public void Copies_into_one_replica_follow_each_other_too()
    {
        var run = Given.Run(Setup(Prefill(), Prefill(), Decode()), [Given.Job(0, prompt: 100, output: 2), Given.Job(1, prompt: 100, output: 2)]);

        Assert.Equal((Ms(125), Ms(225)), (run[0].Finish, run[1].Finish));
    }

    [Fact]
    public void Who_finds_no_room_waits_with_its_cache_at_the_source_and_holds_others_up_there()
    {
        // 101 tokens are 7 blocks: the target takes one request at a time, the source two prompts.
        var setup = Setup(Prefill(Given.Limits(blocks: 14)), Decode(Given.Limits(blocks: 7)));
        var run = Given.Run(setup, [Given.Job(0, prompt: 100, output: 3), Given.Job(1, prompt: 100, output: 3), Given.Job(2, arrival: 0.02, prompt: 100, output: 3)]);

        // The first decodes from 115 to 135; the second is copied from there on; the third is prefilled when the first has been copied.
        Assert.Equal(Ms(135), run[0].Finish);
        Assert.Equal((Ms(10), Ms(260)), (run[1].FirstToken, run[1].Finish));
        Assert.Equal((Ms(115), Ms(125), Ms(385)), (run[2].FirstScheduled, run[2].FirstToken, run[2].Finish));
        Assert.Equal(Ms(125).Ticks, run.Result.Handovers!.Waits.Quantile(0.5), tolerance: Ms(1).Ticks);
    }

    [Fact]
    public void Room_for_the_next_tokens_is_kept_free_when_it_is_asked_for()
    {
        // 49 tokens are 4 blocks and 88 are 6: without headroom both decode together, and one has to give way.
        Job[] jobs = [Given.Job(0, prompt: 48, output: 40), Given.Job(1, prompt: 48, output: 40)];
        var setup = Setup(Prefill(), Decode(Given.Limits(blocks: 8)));
        var greedy = Given.Run(setup, jobs);
        var careful = Given.Run(setup with { DecodeHeadroom = 16 }, jobs);

        Assert.True(greedy.Result.Preemptions > 0);
        Assert.True(greedy.Result.RecomputedTokens > 48);
        Assert.All(greedy.Records, static record => Assert.Equal((1, 40), (record.Replica, record.OutputTokens)));
        Assert.Equal(0, careful.Result.Preemptions);
        Assert.Equal(2, careful.Result.Handovers!.Count);
    }

    [Fact]
    public void A_prefix_found_at_the_source_saves_steps_there_and_nothing_on_the_way()
    {
        long[] hashes = [1, 2, 3, 4, 5, 6];
        var run = Given.Run(Setup(Prefill(), Decode()), [Given.Job(0, prompt: 100, output: 2, hashes: hashes), Given.Job(1, arrival: 1, prompt: 100, output: 2, hashes: hashes)]);

        Assert.Equal((0, 96), (run[0].CachedTokens, run[1].CachedTokens));
        Assert.Equal((Ms(105), Ms(105)), (run[0].Handover, run[1].Handover));
    }

    [Fact]
    public void A_target_that_crashes_during_the_copy_has_the_request_prefilled_again()
    {
        var run = Given.Run(
            Setup(Prefill(), Decode(), Decode()) with { Scenario = Crash(0.05, 1) }, [Given.Job(prompt: 100, output: 3)]);

        // Its first token stays. At 50 its 101 tokens are computed again, and the second comes at 60; the link is booked until 110, then 101 ms and 5; one more step.
        var record = run[0];
        Assert.Equal((Outcome.Completed, 3, 2, 0), (record.Outcome, record.OutputTokens, record.Replica, record.PrefillReplica));
        Assert.Equal((Ms(10), Ms(226)), (record.FirstToken, record.Finish));
        Assert.Equal((2L, Ms(50).Ticks, Ms(166).Ticks), (run.Result.TokenGaps.Count, run.Result.TokenGaps.Min, run.Result.TokenGaps.Max));
        Assert.Equal(100, run.Result.RecomputedTokens);
    }

    [Fact]
    public void A_source_that_crashes_during_the_copy_has_the_request_prefilled_elsewhere()
    {
        var setup = Setup(Prefill(), Prefill(), Decode(Given.Limits(blocks: 7))) with { Scenario = Crash(0.05, 0) };
        var run = Given.Run(setup, [Given.Job(prompt: 100, output: 3)]);

        // Its room at the target, which has no more, is free again.
        Assert.Equal((Outcome.Completed, 3, 2, 1), (run[0].Outcome, run[0].OutputTokens, run[0].Replica, run[0].PrefillReplica));
    }

    [Fact]
    public void Who_decodes_at_a_crash_fails_with_its_tokens()
    {
        var run = Given.Run(Setup(Prefill(), Decode(), Decode()) with { Scenario = Crash(0.13, 1) }, [Given.Job(prompt: 100, output: 30)]);

        Assert.Equal((Outcome.Failed, 2, 1, Ms(130)), (run[0].Outcome, run[0].OutputTokens, run[0].Replica, run[0].Finish));
    }

    [Fact]
    public void Without_retries_a_lost_copy_fails_the_request_with_its_first_token()
    {
        var run = Given.Run(Setup(Prefill(), Decode(), Decode()) with { Scenario = Crash(0.05, 1) with { Retries = 0 } }, [Given.Job(prompt: 100, output: 3)]);

        Assert.Equal((Outcome.Failed, 1, Ms(10), Ms(50)), (run[0].Outcome, run[0].OutputTokens, run[0].FirstToken, run[0].Finish));
    }

    [Fact]
    public void A_draining_target_finishes_what_was_promised_to_it_and_gets_nothing_new()
    {
        var drain = new Scenario { Events = [new ScenarioEvent(Ms(50), ScenarioKind.Drain, 1)] };
        var run = Given.Run(Setup(Prefill(), Decode(), Decode()) with { Scenario = drain }, [.. Enumerable.Range(0, 6).Select(id => Given.Job(id, arrival: 0.2 * id, prompt: 100, output: 3))]);

        Assert.All(run.Records, static record => Assert.Equal(Outcome.Completed, record.Outcome));
        Assert.Equal([1, 2, 2, 2, 2, 2], run.Records.OrderBy(static record => record.Id).Select(static record => record.Replica));
    }

    [Fact]
    public void When_nobody_takes_requests_to_decode_they_fail_and_the_source_is_free_again()
    {
        var drain = new Scenario { Events = [new ScenarioEvent(TimeSpan.Zero, ScenarioKind.Drain, 1) { Lasting = Ms(500) }] };
        var setup = Setup(Prefill(Given.Limits(blocks: 7)), Decode()) with { Scenario = drain };
        var run = Given.Run(setup, [Given.Job(0, prompt: 100, output: 3), Given.Job(1, arrival: 1, prompt: 100, output: 3)]);

        Assert.Equal((Outcome.Failed, 1, Ms(10)), (run[0].Outcome, run[0].OutputTokens, run[0].Finish));
        Assert.Equal((Outcome.Completed, 3), (run[1].Outcome, run[1].OutputTokens));
    }

    [Fact]
    public void A_prompt_that_nobody_could_decode_is_refused_at_the_door()
    {
        var run = Given.Run(Setup(Prefill(), Decode(Given.Limits(blocks: 6))), [Given.Job(0, prompt: 97), Given.Job(1, prompt: 96, output: 5), Given.Job(2, prompt: 90, output: 50)]);

        // 96 tokens fill the cache that decodes: one output token, which needs no KV, and nobody to ask for it.
        Assert.Equal((Outcome.Rejected, 0), (run[0].Outcome, run[0].OutputTokens));
        Assert.Contains("97 prompt tokens, more than the 96 tokens", run.Result.FirstRefusal, StringComparison.Ordinal);
        Assert.Equal((Outcome.Completed, 1, 0), (run[1].Outcome, run[1].OutputTokens, run[1].Replica));
        Assert.Equal((Outcome.Completed, 7, 1), (run[2].Outcome, run[2].OutputTokens, run[2].Replica));
    }

    [Fact]
    public void The_engine_that_prefills_sees_requests_for_one_token_and_gateways_each_leg_by_itself()
    {
        var router = new WatchingRouter(static (_, _) => 0);
        Given.Run(Setup(Prefill(), Prefill(), Decode()), [Given.Job(0, prompt: 100, output: 30), Given.Job(1, arrival: 0.05, prompt: 10, output: 30)], router);

        Assert.All(router.Seen, static seen => Assert.Equal([0, 1], seen.Views.Select(static view => view.Replica)));
        Assert.Equal([0, 0], router.Seen.Select(static seen => seen.Views[0].InFlightRequests));
        Assert.Equal([(0, 1, Ms(10)), (0, 1, Ms(60))], router.Ends.Select(static record => (record.Replica, record.OutputTokens, record.Finish)));

        // What was prefilled at 10 is still in use there at 50: 7 blocks.
        Assert.Equal(112, router.Seen[1].Views[0].KvTokensInUse);
    }

    [Fact]
    public void Cache_that_is_kept_for_a_copy_counts_as_in_use()
    {
        var limits = Given.Limits(blocks: 10);
        var run = Given.Run(Setup(Prefill(limits), Decode(limits)), [Given.Job(prompt: 100, output: 3)]);

        // 7 of 10 blocks at the source from 0 to 115, and 7 at the target from 10 to 135, of 135 ms.
        Assert.Equal((0.7 * 115 / 135 / 2) + (0.7 * 125 / 135 / 2), run.Result.KvUsageMean, 1e-9);
    }

    [Theory]
    [InlineData("has replicas that prefill, but none that decode", ReplicaRole.Prefill)]
    [InlineData("has replicas that decode, but none that prefill", ReplicaRole.Decode, ReplicaRole.Decode)]
    [InlineData("has replicas with a role beside replicas without", ReplicaRole.Prefill, ReplicaRole.Decode, ReplicaRole.Whole)]
    public void Roles_that_do_not_fit_together_are_refused(string problem, params ReplicaRole[] roles)
    {
        var setup = Setup([.. roles.Select(static role => Given.Replica() with { Role = role })]);

        Assert.Contains(problem, Assert.Throws<SimulationException>(() => Given.Run(setup, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Roles_without_a_transfer_time_are_refused() =>
        Assert.Throws<SimulationException>(static () => Given.Run(Setup(Prefill(), Decode()) with { KvTransfer = null }, []));

    [Fact]
    public void Who_moves_sequences_or_changes_the_number_of_replicas_is_refused_beside_roles()
    {
        var setup = Setup(Prefill(), Decode());

        var migrating = Assert.Throws<SimulationException>(() => Given.Run(setup with { Migrate = PolicySpec.Parse("llumnix") }, []));
        Assert.Equal("The fleet has replicas that prefill for others; live migration needs replicas that both prefill and decode.", migrating.Message);
        var scaling = Assert.Throws<SimulationException>(() => Given.Run(setup with { Autoscale = PolicySpec.Parse("queue") }, []));
        Assert.Equal("The fleet has replicas that prefill for others; autoscaling needs replicas that both prefill and decode.", scaling.Message);
    }

    [Fact]
    public void A_link_is_free_again_after_the_death_of_its_replica()
    {
        var links = new KvLinks(new KvTransferTime(1, 1000, TimeSpan.Zero), 3);

        Assert.Equal((Ms(0), Ms(100)), links.Book(0, 1, 100, Ms(0)));
        Assert.Equal((Ms(100), Ms(110)), links.Book(0, 2, 10, Ms(1)));
        links.Died(0);
        Assert.Equal((Ms(110), Ms(120)), links.Book(0, 2, 10, Ms(2)));
        links.Died(0);
        links.Died(2);
        Assert.Equal((Ms(2), Ms(12)), links.Book(0, 2, 10, Ms(2)));
    }

    private static Scenario Crash(double at, int replica) => new() { Events = [new ScenarioEvent(TimeSpan.FromSeconds(at), ScenarioKind.Crash, replica)] };

    private sealed class Phases : IPhaseSink
    {
        internal List<PhaseSpan> Spans { get; } = [];

        public void Add(in PhaseSpan span) => Spans.Add(span);
    }
}
