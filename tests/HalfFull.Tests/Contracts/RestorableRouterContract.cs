using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Routing;
using GivenRoute = HalfFull.Tests.Routing.Routers.Given;

namespace HalfFull.Tests.Contracts;

/// <summary>What every router must do whose state can be saved or whose scores can be explained.</summary>
public sealed class RestorableRouterContract
{
    private const ulong Seed = 7;
    private static readonly PolicyCatalog<IRouter> Catalog = PolicyCatalog<IRouter>.FromAssembly(typeof(IRouter).Assembly);

    [Theory]
    [MemberData(nameof(PolicyNames.RouterSpecs), MemberType = typeof(PolicyNames))]
    public void A_restored_router_goes_on_as_the_saved_one(string spec)
    {
        if (Create(spec) is not IRestorable original)
        {
            return;
        }

        var rng = new Rng(3);
        Play((IRouter)original, rng.Fork("before"));
        var saved = Save(original);
        Assert.Equal(saved, Save(original));
        var restored = Create(spec);
        var reader = new StateReader(saved);
        ((IRestorable)restored).Restore(ref reader);
        Assert.True(reader.IsAtEnd);

        Assert.Equal(Play((IRouter)original, rng.Fork("after")), Play(restored, rng.Fork("after")));
        Assert.Equal(Save(original), Save((IRestorable)restored));
    }

    [Theory]
    [MemberData(nameof(PolicyNames.RouterSpecs), MemberType = typeof(PolicyNames))]
    public void Explaining_changes_no_state_and_fills_every_part(string spec)
    {
        if (Create(spec) is not IExplainedRouter explained)
        {
            return;
        }

        Assert.InRange(explained.ScoreParts.Count, 1, 8);
        var (asked, silent) = (Create(spec), Create(spec));
        var rng = new Rng(4);
        for (var id = 0; id < 100; id++)
        {
            ReplicaView[] candidates = [View(0, rng), View(1, rng), View(2, rng)];
            var request = GivenRoute.Route(id);
            var parts = Enumerable.Repeat(double.MinValue, 3 * explained.ScoreParts.Count).ToArray();
            ((IExplainedRouter)asked).Explain(request, candidates, parts);
            Assert.DoesNotContain(double.MinValue, parts);
            Assert.Equal(silent.Choose(request, candidates, default), asked.Choose(request, candidates, default));
        }
    }

    [Fact]
    public void The_routers_that_serve_uses_most_can_be_saved() =>
        Assert.All(["sal", "least-requests", "least-tokens", "p2c", "random", "round-robin"], name => Assert.IsAssignableFrom<IRestorable>(Create(name)));

    private static IRouter Create(string spec) => Catalog.Create(PolicySpec.Parse(spec), new Rng(Seed), new RouterSeed(Seed));

    private static byte[] Save(IRestorable policy)
    {
        var state = new StateWriter();
        policy.Save(state);
        return state.Written.ToArray();
    }

    private static int[] Play(IRouter router, Rng rng) => [.. Enumerable.Range(0, 300).Select(id =>
    {
        ReplicaView[] candidates = [View(0, rng), View(1, rng), View(2, rng), View(3, rng)];
        var decision = router.Choose(GivenRoute.Route(id, 1 + rng.NextInt32(5000), 2), candidates, default);
        router.Ended(new RequestRecord(id, default, default, default, default, 10, 0, rng.NextInt32(900), 0, decision.Index, null, Outcome.Completed));
        return decision.Index;
    })];

    private static ReplicaView View(int replica, Rng rng) => GivenRoute.Idle(replica) with
    {
        InFlightRequests = rng.NextInt32(4),
        InFlightPromptTokens = rng.NextInt32(4000),
        QueuedPrefillTokens = rng.NextInt32(4000),
    };
}
