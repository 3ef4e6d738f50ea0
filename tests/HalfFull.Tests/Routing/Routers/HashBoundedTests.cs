using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class HashBoundedTests
{
    private readonly HashBounded router = new(new HashBounded.Options(), new RouterSeed(1));

    [Fact]
    public void Prompts_with_one_beginning_share_a_home_and_spill_to_one_other()
    {
        var candidates = Enumerable.Range(0, 4).Select(static replica => Given.Idle(replica) with { InFlightRequests = 10 }).ToArray();
        var home = Choose(candidates, 7, 1);

        Assert.Equal(home, Choose(candidates, 7, 2, 3));

        // With 30 elsewhere, 14 there and its own the bound is ceil(1.25 * 45 / 4) = 15; with 15 there it is ceil(1.25 * 46 / 4) = 15 too.
        candidates[home] = candidates[home] with { InFlightRequests = 14 };
        Assert.Equal(home, Choose(candidates, 7));
        candidates[home] = candidates[home] with { InFlightRequests = 15 };
        var next = Choose(candidates, 7);
        Assert.NotEqual(home, next);
        Assert.Equal(next, Choose(candidates, 7, 5));
    }

    /// <summary>After the choice nobody has more than 1.25 times its share, and one.</summary>
    [Fact]
    public void The_load_of_the_chosen_is_bounded()
    {
        var rng = new Rng(1);
        for (var id = 0; id < 2000; id++)
        {
            var candidates = Enumerable.Range(0, 1 + rng.NextInt32(8)).Select(replica => Given.Idle(replica) with { InFlightRequests = rng.NextInt32(20) }).ToArray();
            var chosen = Choose(candidates, id);
            var total = candidates.Sum(static view => view.InFlightRequests) + 1;

            Assert.InRange(candidates[chosen].InFlightRequests + 1, 0, (1.25 * total / candidates.Length) + 1);
        }
    }

    [Fact]
    public void Models_do_not_share_homes()
    {
        var candidates = Enumerable.Range(0, 16).Select(Given.Idle).ToArray();
        var request = Given.Route().Request with { PrefixHashes = new long[] { 7 }, PrefixUnitTokens = 16 };
        var homes = Enumerable.Range(0, 20)
            .Select(seed => router.Choose(new RouteRequest(request, default) { PrefixSeed = (ulong)seed }, candidates, default).Index);

        Assert.True(homes.Distinct().Count() > 5);
    }

    [Fact]
    public void Without_a_key_the_fewest_requests_decide()
    {
        var candidates = new[] { Given.Idle(0) with { InFlightRequests = 3 }, Given.Idle(1) with { InFlightRequests = 2 } };

        Assert.All(Given.Chosen(router, 20, candidates), static replica => Assert.Equal(1, replica));
    }

    private int Choose(ReplicaView[] candidates, params long[] chain) =>
        router.Choose(new RouteRequest(Given.Route().Request with { PrefixHashes = chain, PrefixUnitTokens = 16 }, default), candidates, default).Index;
}
