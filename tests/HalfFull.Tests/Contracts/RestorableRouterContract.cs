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
        var original = Assert.IsAssignableFrom<IRestorable>(Create(spec));
        var rng = new Rng(3);
        Play((IRouter)original, rng.Fork("before"), from: 0);
        var saved = Save(original);
        Assert.Equal(saved, Save(original));
        var restored = Create(spec);
        var reader = new StateReader(saved);
        ((IRestorable)restored).Restore(ref reader);
        Assert.True(reader.IsAtEnd);

        Assert.Equal(Play((IRouter)original, rng.Fork("after"), from: 300), Play(restored, rng.Fork("after"), from: 300));
        Assert.Equal(Save(original), Save((IRestorable)restored));
    }

    /// <summary>The play must reach the state, or the test above could not fail: whoever is not without state decides otherwise when its state is lost.</summary>
    [Theory]
    [MemberData(nameof(PolicyNames.RouterNames), MemberType = typeof(PolicyNames))]
    public void A_router_with_state_has_some_after_the_play_and_one_without_has_none(string name)
    {
        var (played, fresh) = (Create(name), Create(name));
        Play(played, new Rng(3), from: 0);
        Assert.Equal(played is IStateless, Save((IRestorable)played).SequenceEqual(Save((IRestorable)fresh)));
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
            ReplicaView[] candidates = [View(0, rng, default), View(1, rng, default), View(2, rng, default)];
            var request = GivenRoute.Route(id);
            var parts = Enumerable.Repeat(double.MinValue, 3 * explained.ScoreParts.Count).ToArray();
            ((IExplainedRouter)asked).Explain(request, candidates, parts);
            Assert.DoesNotContain(double.MinValue, parts);
            Assert.Equal(silent.Choose(request, candidates, default), asked.Choose(request, candidates, default));
        }
    }

    private static IRouter Create(string spec) => Catalog.Create(PolicySpec.Parse(spec), new Rng(Seed), new RouterSeed(Seed));

    private static byte[] Save(IRestorable policy)
    {
        var state = new StateWriter();
        policy.Save(state);
        return state.Written.ToArray();
    }

    /// <summary>Three hundred requests, of which up to eight are open at a time, before replicas that restart now and then.</summary>
    private static int[] Play(IRouter router, Rng rng, int from)
    {
        var open = new Queue<(Request Request, int Replica)>();
        var chosen = new int[300];
        for (var i = 0; i < chosen.Length; i++)
        {
            var now = TimeSpan.FromSeconds((from + i) * 0.1);
            var request = new Request(from + i, now, 1 + rng.NextInt32(5000), 500) { PredictedOutputTokens = 1 + rng.NextInt32(500), Session = $"s{rng.NextInt32(9)}" };
            var asked = new RouteRequest(request, now, Gateways: 2);
            ReplicaView[] candidates = [View(0, rng, now), View(1, rng, now), View(2, rng, now), View(3, rng, now)];
            var decision = router.Choose(asked, candidates, default);
            chosen[i] = decision.Index;
            if (decision.Kind == RouteKind.Route)
            {
                router.Dispatched(asked, candidates[decision.Index]);
                open.Enqueue((request, decision.Index));
            }

            while (open.Count > rng.NextInt32(8))
            {
                Finish(router, rng, open.Dequeue(), now + TimeSpan.FromSeconds(rng.NextDouble()));
            }
        }

        return chosen;
    }

    private static void Finish(IRouter router, Rng rng, (Request Request, int Replica) sent, TimeSpan now)
    {
        if (rng.NextInt32(5) > 0)
        {
            router.FirstToken(sent.Request, sent.Replica, now);
        }

        if (rng.NextInt32(9) > 0)
        {
            var request = sent.Request;
            router.Ended(new RequestRecord(
                request.Id, request.Arrival, request.Arrival, now, now + TimeSpan.FromSeconds(rng.NextDouble()), request.PromptTokens, 0, 2 + rng.NextInt32(900), 0, sent.Replica, null, Outcome.Completed));
        }
    }

    private static ReplicaView View(int replica, Rng rng, TimeSpan now) => GivenRoute.Idle(replica) with
    {
        Epoch = 1 + (long)(now.TotalSeconds / (13 + replica)),
        InFlightRequests = rng.NextInt32(4),
        InFlightPromptTokens = rng.NextInt32(4000),
        QueuedPrefillTokens = rng.NextInt32(4000),
        CachedPromptTokens = rng.NextInt32(2) * rng.NextInt32(900),
    };
}
