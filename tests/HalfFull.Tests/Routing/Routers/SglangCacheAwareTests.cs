using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class SglangCacheAwareTests
{
    [Theory]
    [InlineData(SglangCacheAware.Published.Cli, 301, 0)] // 0.3 of 1,000 tokens
    [InlineData(SglangCacheAware.Published.Cli, 300, 1)]
    [InlineData(SglangCacheAware.Published.Library, 501, 0)] // 0.5
    [InlineData(SglangCacheAware.Published.Library, 500, 1)]
    public void A_match_above_the_threshold_decides(SglangCacheAware.Published set, int cached, int expected) =>
        Assert.Equal(expected, Choose(set, Given.Idle(0) with { CachedPromptTokens = cached, InFlightRequests = 9 }, Given.Idle(1)));

    [Theory]
    [InlineData(SglangCacheAware.Published.Cli, 70, 6, 0)] // 64 more: even
    [InlineData(SglangCacheAware.Published.Cli, 71, 6, 1)]
    [InlineData(SglangCacheAware.Published.Cli, 300, 201, 0)] // under 1.5 times
    [InlineData(SglangCacheAware.Published.Cli, 302, 201, 1)]
    [InlineData(SglangCacheAware.Published.Library, 39, 6, 1)]
    [InlineData(SglangCacheAware.Published.Library, 440, 401, 0)] // under 1.1 times
    public void Uneven_counts_take_all_locality_away(SglangCacheAware.Published set, int busiest, int idlest, int expected) => Assert.Equal(
        expected,
        Choose(set, Given.Idle(0) with { CachedPromptTokens = 900, InFlightRequests = busiest }, Given.Idle(1) with { InFlightRequests = idlest }));

    [Fact]
    public void The_older_rule_sends_strangers_to_the_smallest_tree()
    {
        var router = new SglangCacheAware(new SglangCacheAware.Options { Fallback = SglangCacheAware.FallbackKind.SmallestTree }, new RouterSeed(1));
        var candidates = new[] { Given.Idle(0) with { InFlightRequests = 9 }, Given.Idle(1) };
        router.Dispatched(Given.Route(prompt: 500), candidates[1]);

        Assert.Equal(0, router.Choose(Given.Route(), candidates, default).Index);

        // A restart forgets the tree.
        candidates[1] = candidates[1] with { Epoch = 1 };
        router.Dispatched(Given.Route(prompt: 500), candidates[0]);
        Assert.Equal(1, router.Choose(Given.Route(), candidates, default).Index);
    }

    private static int Choose(SglangCacheAware.Published set, params ReplicaView[] candidates) =>
        new SglangCacheAware(new SglangCacheAware.Options { Defaults = set }, new RouterSeed(1)).Choose(Given.Route(), candidates, default).Index;
}
