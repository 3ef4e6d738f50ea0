using HalfFull.Engine.StepTime;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Simulation.Recording;
using HalfFull.Simulation.Scenarios;
using HalfFull.Simulation.Tests.Gateways;
using HalfFull.Simulation.Tests.Scenarios;

namespace HalfFull.Simulation.Tests.Migration;

/// <summary>What live migration does to requests, to gateways and to the figures.</summary>
public sealed class MigrationTests
{
    private const int Scenarios = 60;

    /// <summary>0.1 ms for each token.</summary>
    private static readonly KvTransferTime Slow = new(1, 10_000, TimeSpan.Zero);

    private static readonly string[] Eager =
    [
        "llumnix:interval=10ms,threshold=30,last=3,stages=4",
        "llumnix:interval=7ms,threshold=60,last=8",
        "llumnix:interval=3ms,threshold=100,stages=1",
        "llumnix:interval=20ms,threshold=40,pairs=balanced,last=1,stages=6",
    ];

    /// <summary>Every engine policy.</summary>
    public static TheoryData<string> Engines => [.. PolicyCatalogs.Engines.Entries.Select(static entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Engines))]
    public void No_token_is_lost_or_doubled_and_fast_forward_changes_nothing(string engine)
    {
        var moved = 0L;
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var workload = RandomScenario.Of(seed);
            var setup = Eagerly(StaleReportTests.Remote(workload.Setup(engine), seed), workload, seed);

            // CheckInvariants is on: the run throws when blocks do not add up, or a ledger is not zero at the end.
            var plain = Given.Run(setup with { FastForward = false }, workload.Jobs);
            plain.AssertSameAs(Given.Run(setup, workload.Jobs), $"{engine}, {workload.Router}, {setup.Migrate}, seed {seed}");

            Assert.Equal(workload.Jobs.Select(job => job.Request.Id), plain.Records.Select(record => record.Id).Order());
            Assert.Equal(plain.Records.Sum(static record => Math.Max(0L, record.OutputTokens - 1)), plain.Result.TokenGaps.Count);
            foreach (var record in plain.Records.Where(static record => record.Outcome == Outcome.Completed))
            {
                // Wherever it ended, it got what the replica that began it gives.
                var (request, output) = workload.Jobs[(int)record.Id];
                Assert.Contains(
                    record.OutputTokens,
                    setup.Fleet.Where(spec => spec.Limits.Refusal(request) is null).Select(spec => Math.Clamp(output, 1, spec.Limits.OutputLimit(request))));
            }

            moved += plain.Result.Migrations!.Completed;
        }

        Assert.True(moved > 0, $"Nothing was ever moved under {engine}.");
    }

    [Fact]
    public void The_random_runs_do_move_abort_return_and_lose()
    {
        var (completed, aborted, failed) = (0L, 0L, 0);
        for (var seed = 1UL; seed <= 5 * Scenarios; seed++)
        {
            var workload = RandomScenario.Of(seed);
            var run = Given.Run(Eagerly(workload.Setup("vllm"), workload, seed), workload.Jobs);
            completed += run.Result.Migrations!.Completed;
            aborted += run.Result.Migrations.Aborted;
            failed += run.Records.Count(static record => record is { Outcome: Outcome.Failed, Migrations: > 0 });
            Assert.True(run.Records.Sum(static record => (long)record.Migrations) <= run.Result.Migrations.Completed);
        }

        Assert.True(completed > Scenarios && aborted > Scenarios && failed > 0, $"{completed} moves came to their end, {aborted} did not, and {failed} of the moved failed later.");
    }

    [Fact]
    public void A_sequence_is_copied_while_it_decodes_stops_after_a_step_and_goes_on_elsewhere()
    {
        // At 50 ms the shorter one has 104 tokens, which take 10.4 ms; one more by then, two at the end of that step, which take 0.2 ms.
        var router = new WatchingRouter(static (_, _) => 0);
        var run = Given.Run(Two(), Jobs(), router);

        Assert.Equal((1, 1, TimeSpan.FromTicks(10_002_000), 100), (run[0].Replica, run[0].Migrations, run[0].Finish, run[0].OutputTokens));
        Assert.Equal((0, 0, TimeSpan.FromSeconds(1), 100), (run[1].Replica, run[1].Migrations, run[1].Finish, run[1].OutputTokens));
        Assert.Equal((TimeSpan.FromMilliseconds(10), 0), (run[0].FirstToken, run[0].Preemptions));
        var moves = run.Result.Migrations!;
        Assert.Equal((1L, 0L, 106L, 0.0002), (moves.Completed, moves.Aborted, moves.CopiedTokens, moves.DowntimeSeconds.Max));
        Assert.Equal(TimeSpan.FromTicks(102_000).Ticks, run.Result.TokenGaps.Max);
        Assert.Equal([(1L, 0), (0L, 1)], router.Ends.Select(static record => (record.Id, record.Replica)));
    }

    [Fact]
    public void Gateways_count_it_where_it_runs()
    {
        var router = new WatchingRouter(static (request, views) => request.Request.Id == 2 ? 1 : 0);
        Given.Run(Two(), [.. Jobs(), Given.Job(2, arrival: 0.5)], router);

        Assert.Equal([(1, 1, 200L), (1, 1, 100L)], router.Seen[^1].Views.Select(static view => (view.InFlightRequests, view.InFlightStreaming, view.InFlightPromptTokens)));
    }

    [Theory]
    [InlineData(0.055, 0)] // while the first stage is copied
    [InlineData(0.065, 0)] // while the last step is in flight
    [InlineData(0.0701, 1)] // while it stands still
    public void When_the_target_dies_it_goes_on_where_it_was(double at, int paused)
    {
        var run = Given.Run(Two() with { Scenario = Crash(at, 1) }, Jobs(), First);

        Assert.Equal((Outcome.Completed, 0, 0, 100), (run[0].Outcome, run[0].Replica, run[0].Migrations, run[0].OutputTokens));
        Assert.Equal(TimeSpan.FromMilliseconds(1000 + (10 * paused)), run[0].Finish);
        Assert.Equal((0L, 1L), (run.Result.Migrations!.Completed, run.Result.Migrations.Aborted));
        Assert.Equal(0, run[0].Preemptions);
    }

    [Theory]
    [InlineData(0.055, 5)]
    [InlineData(0.065, 6)]
    [InlineData(0.0701, 7)]
    public void When_the_source_dies_before_the_end_it_fails_with_its_tokens(double at, int tokens)
    {
        var run = Given.Run(Two() with { Scenario = Crash(at, 0) }, Jobs(), First);

        Assert.Equal((Outcome.Failed, 0, tokens, TimeSpan.FromSeconds(at)), (run[0].Outcome, run[0].Replica, run[0].OutputTokens, run[0].Finish));
        Assert.Equal((0L, 1L), (run.Result.Migrations!.Completed, run.Result.Migrations.Aborted));
    }

    [Fact]
    public void When_the_source_dies_after_the_end_it_lives_on()
    {
        var run = Given.Run(Two() with { Scenario = Crash(0.0703, 0) }, Jobs(), First);

        Assert.Equal((Outcome.Completed, 1, 100), (run[0].Outcome, run[0].Replica, run[0].OutputTokens));
        Assert.Equal(Outcome.Failed, run[1].Outcome);
    }

    [Fact]
    public void A_move_is_given_up_when_the_sequence_finishes_or_the_target_takes_nothing_more()
    {
        var finished = Given.Run(Two(), [Given.Job(0, prompt: 100, output: 6), Given.Job(1, prompt: 200, output: 7)], First);
        Assert.Equal((0, 0L, 1L), (finished[0].Replica, finished.Result.Migrations!.Completed, finished.Result.Migrations.Aborted));

        var drain = new Scenario { Events = [new ScenarioEvent(TimeSpan.FromMilliseconds(55), ScenarioKind.Drain, 1)] };
        var drained = Given.Run(Two() with { Scenario = drain }, Jobs(), First);
        Assert.Equal((0, TimeSpan.FromSeconds(1), 0L, 1L), (drained[0].Replica, drained[0].Finish, drained.Result.Migrations!.Completed, drained.Result.Migrations.Aborted));
    }

    [Theory]
    [InlineData(100, 220)] // nothing else could run at the target
    [InlineData(107, 205)] // what was computed meanwhile needs one block more than there are
    public void A_move_is_given_up_when_the_target_fills(int prompt, int other)
    {
        // Pools of 40 and 20 blocks of 16: request 2 comes to the smaller one while 7 blocks are kept there.
        var router = new WatchingRouter(static (request, _) => request.Request.Id == 2 ? 1 : 0);
        var setup = Two("llumnix:threshold=200,last=1") with { Fleet = [Given.Replica(Given.Limits(blocks: 40)), Given.Replica(Given.Limits(blocks: 20))] };
        Job[] jobs = [Given.Job(0, prompt: prompt, output: 90, max: 100), Given.Job(1, prompt: 200, output: 60, max: 100)];
        var alone = Given.Run(setup, jobs, router);
        var run = Given.Run(setup, [.. jobs, Given.Job(2, arrival: 0.055, prompt: other, output: 5, max: 10)], router);

        Assert.True(alone[0].Migrations > 0 && alone.Result.Migrations!.Aborted == 0, $"{alone.Result.Migrations}");
        Assert.Equal(1, run.Result.Migrations!.Aborted);
        Assert.All(run.Records, static record => Assert.Equal((Outcome.Completed, 0), (record.Outcome, record.Preemptions)));
        Assert.InRange(run[2].Finish, TimeSpan.FromMilliseconds(105), TimeSpan.FromMilliseconds(125));
    }

    [Fact]
    public void Takes_the_place_of_preemptions_where_memory_is_short()
    {
        // Outputs that nobody can foresee on four small replicas: some are full while others are not.
        var rng = new Rng(3);
        var now = 0.0;
        var jobs = Enumerable.Range(0, 1_500).Select(id => Given.Job(id, now += 0.035 * rng.NextExponential(), prompt: 60, output: 1 + (int)(300 * rng.NextExponential()), max: 4_000)).ToArray();
        var fleet = Enumerable.Repeat(Given.Replica(Given.Limits(blocks: 600)), 4).ToArray();
        var setup = Given.Setup("vllm", "round-robin", fleet) with { KvTransfer = new KvTransferTime(131_072, 25e9, TimeSpan.FromMilliseconds(1)) };
        var without = Given.Run(setup, jobs);
        var with = Given.Run(setup with { Migrate = PolicySpec.Parse("llumnix") }, jobs);

        var (before, after) = (without.Result.Preemptions, with.Result.Preemptions);
        Assert.True(before > 100 && after < 0.5 * before, $"{before} preemptions without, {after} with {with.Result.Migrations}.");
        Assert.True(Mean(with) < Mean(without), $"E2E {Mean(without)} without, {Mean(with)} with.");
        Assert.All(with.Records, record => Assert.Equal(jobs[(int)record.Id].OutputTokens, record.OutputTokens));

        static double Mean(SimulationRun run) => run.Records.Average(static record => record.E2E.TotalSeconds);
    }

    [Fact]
    public void A_replica_that_an_autoscaler_drains_gives_its_sequences_away_and_stops_sooner()
    {
        Job[] jobs = [Given.Job(0, output: 3_000, max: 4_000), Given.Job(1, output: 3_000, max: 4_000)];
        var setup = Given.Setup("vllm", "round-robin", Given.Replica(), Given.Replica()) with
        {
            KvTransfer = Slow,
            Autoscale = PolicySpec.Parse("queue:max=2,interval=1s,after=0ms"),
        };
        var alone = Given.Run(setup, jobs).Result.Scaling!;
        var helped = Given.Run(setup with { Migrate = PolicySpec.Parse("llumnix") }, jobs);

        Assert.Equal(("stop", 30.0), (alone.Events[^1].Event, alone.Events[^1].AtSeconds));
        Assert.Equal("stop", helped.Result.Scaling!.Events[^1].Event);
        Assert.InRange(helped.Result.Scaling.Events[^1].AtSeconds, 1.0, 1.2);
        Assert.All(helped.Records, static record => Assert.Equal((0, 3_000), (record.Replica, record.OutputTokens)));
    }

    [Fact]
    public void The_phases_of_a_request_follow_each_other_across_replicas()
    {
        var phases = new Phases();
        Given.Run(Two() with { Observers = [new PhaseTracker(phases)] }, Jobs(), First);
        var life = phases.Spans.Where(static span => span.Request.Id == 0).ToArray();

        Assert.Equal([(0, RequestPhase.Prefill), (0, RequestPhase.Decode), (1, RequestPhase.Paused)], life.Select(static span => (span.Replica, span.Phase)));
        Assert.All(life.Zip(life.Skip(1)), static pair => Assert.Equal(pair.First.End, pair.Second.Start));
        Assert.Equal(TimeSpan.FromTicks(2_000), life[2].End - life[2].Start);
    }

    [Fact]
    public void Without_the_size_of_the_KV_it_is_refused()
    {
        var error = Assert.Throws<SimulationException>(() => Given.Run(Two() with { KvTransfer = null }, []));

        Assert.StartsWith("--migrate needs to know how many bytes of KV", error.Message, StringComparison.Ordinal);
    }

    private static SimulationSetup Eagerly(SimulationSetup setup, RandomScenario workload, ulong seed) => setup with
    {
        Fleet = [.. setup.Fleet, setup.Fleet[0]],
        Scenario = seed % 3 == 0 ? RandomEvents.Of(workload) : null,
        Autoscale = seed % 4 == 1 ? PolicySpec.Parse("queue:max=5,start-up=50ms,interval=20ms,after=40ms,requests=2,fill=1") : null,
        Migrate = PolicySpec.Parse(Eager[seed % 4]),
        KvTransfer = seed % 5 == 0 ? new KvTransferTime(1, 1e9, TimeSpan.Zero) : new KvTransferTime(1, 5_000, TimeSpan.FromMilliseconds(1)),
    };

    /// <summary>Two replicas with steps of 10 ms; whoever has two requests gives one away at 50 ms.</summary>
    private static SimulationSetup Two(string migrate = "llumnix:threshold=8000") =>
        Given.Setup("vllm", "round-robin", Given.Replica(), Given.Replica()) with { KvTransfer = Slow, Migrate = PolicySpec.Parse(migrate) };

    private static WatchingRouter First => new(static (_, _) => 0);

    private static Job[] Jobs() => [Given.Job(0, prompt: 100, output: 100), Given.Job(1, prompt: 200, output: 100)];

    private static Scenario Crash(double at, int replica) => new() { Events = [new ScenarioEvent(TimeSpan.FromSeconds(at), ScenarioKind.Crash, replica)] };

    private sealed class Phases : IPhaseSink
    {
        internal List<PhaseSpan> Spans { get; } = [];

        public void Add(in PhaseSpan span) => Spans.Add(span);
    }
}
