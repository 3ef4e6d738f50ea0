using HalfFull.Routing;

namespace HalfFull.Simulation.Tests.Gateways;

/// <summary>What routers see when reports are old, gateways are several and links take time.</summary>
public sealed class StaleReportTests
{
    private const int Scenarios = 200;

    [Fact]
    public void Age_zero_with_one_gateway_decides_as_ever()
    {
        var compared = 0;
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var scenario = RandomScenario.Of(seed);
            var plain = scenario.Setup("vllm");
            Given.Run(plain, scenario.Jobs)
                .AssertSameAs(Given.Run(plain with { SnapshotAge = TimeSpan.Zero, Gateways = 1 }, scenario.Jobs), $"seed {seed}");

            // A report taken at the very moment shows the first request of that moment what is.
            var fresh = new WatchingRouter(static (request, views) => (int)(request.Request.Id % views.Length));
            var nearly = new WatchingRouter(static (request, views) => (int)(request.Request.Id % views.Length));
            Given.Run(plain, scenario.Jobs, fresh);
            Given.Run(plain with { SnapshotAge = TimeSpan.FromTicks(1) }, scenario.Jobs, nearly);
            foreach (var (was, seen) in FirstOfEachMoment(fresh).Zip(FirstOfEachMoment(nearly)).Where(static pair => pair.Second.Age == TimeSpan.Zero))
            {
                Assert.Equal(Reported(was), Reported(seen));
                compared++;
            }
        }

        Assert.True(compared > Scenarios, $"Only {compared} views were of the moment.");
    }

    [Fact]
    public void A_report_shows_the_replica_as_it_was_when_it_was_taken()
    {
        // Requests last a second, arrive every 37 ms, and eight run at a time: the others queue.
        var jobs = Enumerable.Range(0, 200).Select(id => Given.Job(id, arrival: 0.037 * id, prompt: 10, output: 100)).ToArray();
        var setup = Given.Setup("vllm", "round-robin", Given.Replica(Given.Limits(seats: 8))) with { SnapshotAge = TimeSpan.FromMilliseconds(500) };
        var router = new WatchingRouter(static (_, _) => 0);
        var run = Given.Run(setup, jobs, router);

        foreach (var (request, views) in router.Seen)
        {
            var view = Assert.Single(views);
            var taken = request.Now - view.Age;
            Assert.InRange(view.Age.TotalMilliseconds, 0, 600);
            Assert.Equal(run.Records.Count(record => record.Arrival < taken && record.Finish > taken), view.Running + view.Waiting);
            Assert.Equal(run.Records.Count(record => record.Arrival < request.Request.Arrival && record.Finish > request.Now), view.InFlightRequests);

            var unreported = run.Records.Where(record => record.Arrival >= taken && record.Arrival < request.Now && record.Finish > request.Now).ToArray();
            Assert.Equal(unreported.Length, view.UnreportedRequests);
            Assert.Equal(unreported.Sum(record => record.PromptTokens), view.UnreportedPromptTokens);
            Assert.Equal(unreported.Where(record => record.FirstToken > request.Now).Sum(record => record.PromptTokens), view.UnreportedPrefillTokens);
        }

        Assert.Contains(router.Seen, static seen => seen.Views[0].UnreportedRequests > 0);
        Assert.True(router.Seen.Max(static seen => seen.Views[0].Age) > TimeSpan.FromMilliseconds(400), "No report was old.");
    }

    [Fact]
    public void Each_gateway_has_its_own_ledger_and_knows_how_many_there_are()
    {
        var jobs = Given.PoissonJobs(400, rate: 40, prompt: 20, output: 30).ToArray();
        var router = new WatchingRouter(static (request, views) => (int)(request.Request.Id % views.Length));
        Given.Run(Given.Setup("vllm", "round-robin", Given.Replica(), Given.Replica()) with { Gateways = 4 }, jobs, router);

        Assert.All(router.Seen, static seen => Assert.Equal(4, seen.Request.Gateways));
        var own = router.Seen.Sum(static seen => seen.Views.Sum(static view => view.InFlightRequests));
        var all = router.Seen.Sum(static seen => seen.Views.Sum(static view => view.Running + view.Waiting ?? 0));
        Assert.InRange((double)own / all, 0.2, 0.3);
    }

    [Fact]
    public void Fast_forward_changes_nothing_with_old_reports_several_gateways_and_slow_links()
    {
        for (var seed = 1UL; seed <= Scenarios; seed++)
        {
            var scenario = RandomScenario.Of(seed);
            var setup = Remote(scenario.Setup("vllm"), seed);
            Given.Run(setup with { FastForward = false }, scenario.Jobs)
                .AssertSameAs(Given.Run(setup, scenario.Jobs), $"{scenario.Router}, {setup.Gateways} gateways, age {setup.SnapshotAge}, seed {seed}");
        }
    }

    [Fact]
    public void A_router_that_holds_is_asked_again_when_reports_come()
    {
        // It holds as long as a report shows a request: the last report that does is older than the last end.
        var router = new HoldingByReport();
        var jobs = Enumerable.Range(0, 20).Select(id => Given.Job(id, arrival: 0.01 * id, prompt: 10, output: 20)).ToArray();
        var run = Given.Run(Given.Setup() with { SnapshotAge = TimeSpan.FromSeconds(1) }, jobs, router);

        Assert.Equal(20, run.Records.Count);
        Assert.All(run.Records, static record => Assert.Equal(Metrics.Outcome.Completed, record.Outcome));
        Assert.True(router.Held > 0, "Nothing was held.");
    }

    [Fact]
    public void The_way_to_a_replica_delays_its_first_token_and_is_not_reported_meanwhile()
    {
        var way = TimeSpan.FromMilliseconds(250);
        var near = Given.Replica();
        var router = new WatchingRouter(static (_, views) => views.Length - 1);
        var run = Given.Run(
            Given.Setup("vllm", "round-robin", near, near with { Latency = way }),
            [Given.Job(0, arrival: 0, prompt: 10, output: 3), Given.Job(1, arrival: 0.1, prompt: 10, output: 3)],
            router);

        Assert.Equal(way + TimeSpan.FromMilliseconds(10), run[0].Ttft);
        Assert.Equal(way + TimeSpan.FromMilliseconds(30), run[0].E2E);
        var far = router.Seen[1].Views[1];
        Assert.Equal((way, 0, 1, 1, 10L), (far.Latency, far.Running + far.Waiting ?? -1, far.InFlightRequests, far.UnreportedRequests, far.UnreportedPromptTokens));
    }

    /// <summary>A setup with ages, gateways and links drawn from a seed.</summary>
    internal static SimulationSetup Remote(SimulationSetup setup, ulong seed)
    {
        var rng = new Rng(seed).Fork("remote");
        return setup with
        {
            SnapshotAge = TimeSpan.FromMilliseconds(new[] { 0, 1, 30, 400 }[rng.NextInt32(4)]),
            Gateways = new[] { 1, 2, 5 }[rng.NextInt32(3)],
            Fleet = [.. setup.Fleet.Select(spec => spec with { Latency = TimeSpan.FromMilliseconds(new[] { 0, 0, 10, 33 }[rng.NextInt32(4)]) })],
        };
    }

    private static IEnumerable<ReplicaView> FirstOfEachMoment(WatchingRouter router) =>
        router.Seen.DistinctBy(static seen => seen.Request.Now).SelectMany(static seen => seen.Views);

    private static (int, int?, int?, long?, long?, long?, double?, double?, double?, double?, int) Reported(ReplicaView view) => (
        view.Replica,
        view.Running,
        view.Waiting,
        view.QueuedPrefillTokens,
        view.KvTokensInUse,
        view.KvTokensQueued,
        view.PrefillTokensPerSecond,
        view.ReleasedTokensPerSecond,
        view.MeanOutputTokens,
        view.SecondsPerStep,
        view.InFlightRequests);

    private sealed class HoldingByReport : IRouter
    {
        internal int Held { get; private set; }

        public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
        {
            if (candidates[0].Running + candidates[0].Waiting + candidates[0].UnreportedRequests == 0)
            {
                return RouteDecision.Route(0, "idle as reported");
            }

            Held++;
            return RouteDecision.Hold("busy as reported");
        }
    }
}
