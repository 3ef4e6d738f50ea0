using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class RayPrefixTests
{
    [Fact]
    public void The_longest_match_wins_however_long_its_queue()
    {
        var router = Create();

        Assert.Equal(0, Choose(router, Given.Idle(0) with { CachedPromptTokens = 100, InFlightRequests = 10_000 }, Given.Idle(1) with { CachedPromptTokens = 99 }));
    }

    [Fact]
    public void Below_a_tenth_of_the_prompt_the_smallest_tree_wins()
    {
        var router = Create();
        var candidates = new[] { Given.Idle(0) with { CachedPromptTokens = 99 }, Given.Idle(1) with { InFlightRequests = 50 } };
        router.Dispatched(Given.Route(prompt: 700), candidates[0]);

        Assert.Equal(1, Choose(router, candidates));
        router.Dispatched(Given.Route(prompt: 700), candidates[1]);
        Assert.Equal(0, Choose(router, candidates));
    }

    [Fact]
    public void Among_equal_matches_the_shorter_queue_wins() => Assert.Equal(
        1,
        Choose(Create(), Given.Idle(0) with { CachedPromptTokens = 500, InFlightRequests = 4 }, Given.Idle(1) with { CachedPromptTokens = 500, InFlightRequests = 3 }));

    [Fact]
    public void With_a_bound_uneven_queues_mean_the_better_of_two()
    {
        var router = Create(8);

        Assert.Equal(0, Choose(router, Given.Idle(0) with { CachedPromptTokens = 900, InFlightRequests = 8 }, Given.Idle(1)));
        Assert.Equal(1, Choose(router, Given.Idle(0) with { CachedPromptTokens = 900, InFlightRequests = 9 }, Given.Idle(1)));
    }

    private static RayPrefix Create(double threshold = double.PositiveInfinity) => new(new RayPrefix.Options { ImbalancedThreshold = threshold }, new RouterSeed(1));

    private static int Choose(RayPrefix router, params ReplicaView[] candidates) => router.Choose(Given.Route(), candidates, default).Index;
}
