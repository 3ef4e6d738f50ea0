using HalfFull.Routing;
using HalfFull.Routing.Prefix;

namespace HalfFull.Tests.Routing.Prefix;

public sealed class PrefixHitsTests
{
    private readonly PrefixHits hits = new();

    [Fact]
    public void What_was_sent_is_found_in_whole_units_and_never_the_last_token()
    {
        hits.Dispatched(Route(prompt: 70, 1, 2, 3, 4), replica: 7, epoch: 1);

        Assert.Equal(48, Tokens(Route(prompt: 60, 1, 2, 3), 7));
        Assert.Equal(32, Tokens(Route(prompt: 48, 1, 2, 3), 7));
        Assert.Equal(16, Tokens(Route(prompt: 60, 1, 5), 7));
        Assert.Equal(0, Tokens(Route(prompt: 60, 1, 2, 3), 8));
    }

    [Fact]
    public void A_request_that_tells_nothing_of_its_prefix_has_unknown_hits()
    {
        hits.Dispatched(Route(prompt: 70), replica: 0, epoch: 1);

        Assert.Null(Tokens(Route(prompt: 70), 0));
    }

    [Fact]
    public void A_new_epoch_has_lost_the_cache()
    {
        hits.Dispatched(Route(prompt: 40, 1, 2), replica: 0, epoch: 1);
        Assert.Equal(0, Tokens(Route(prompt: 40, 1, 2), 0, epoch: 2));

        hits.Dispatched(Route(prompt: 40, 1), replica: 0, epoch: 2);
        Assert.Equal(16, Tokens(Route(prompt: 40, 1, 2), 0, epoch: 2));
    }

    [Fact]
    public void Models_and_sizes_of_units_do_not_mix()
    {
        hits.Dispatched(Route(prompt: 70, 1, 2) with { PrefixSeed = PrefixSeed.Of("a") }, replica: 0, epoch: 1);

        Assert.Equal(0, Tokens(Route(prompt: 70, 1, 2) with { PrefixSeed = PrefixSeed.Of("b") }, 0));
        var larger = Route(prompt: 70, 1, 2) with { PrefixSeed = PrefixSeed.Of("a") };
        Assert.Equal(32, Tokens(larger, 0));
        Assert.Equal(0, Tokens(larger with { Request = larger.Request with { PrefixUnitTokens = 32 } }, 0));
    }

    [Fact]
    public void The_place_of_a_replica_that_has_gone_is_given_to_another_one_empty()
    {
        hits.Dispatched(Route(prompt: 40, 1, 2), replica: 0, epoch: 1);
        hits.Removed(0);
        hits.Removed(5);
        hits.Dispatched(Route(prompt: 40, 3), replica: 1, epoch: 1);

        Assert.Equal(0, Tokens(Route(prompt: 40, 1, 2), 1));
        Assert.Equal(0, Tokens(Route(prompt: 40, 1, 2), 0));
        Assert.Equal(16, Tokens(Route(prompt: 40, 3), 1));
    }

    private int? Tokens(RouteRequest request, int replica, long epoch = 1)
    {
        hits.Look(request);
        return hits.Tokens(replica, epoch);
    }

    private static RouteRequest Route(int prompt, params long[] chain) =>
        new(new Request(1, default, prompt, 10) { PrefixHashes = chain, PrefixUnitTokens = chain.Length > 0 ? 16 : 0 }, default);
}
