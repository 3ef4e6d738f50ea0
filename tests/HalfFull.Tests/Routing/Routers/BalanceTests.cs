using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class BalanceTests
{
    private readonly Balance router = new(new RouterSeed(1));

    /// <summary>A prompt of 1,000 on loads of 5,000, 4,500 and 3,900: it fits below 5,000 on the last only, and raises the barrier by 500 on the second.</summary>
    [Fact]
    public void Filling_the_gap_is_free_and_raising_the_fullest_costs_everybody()
    {
        var candidates = new[] { 5_000, 4_500, 3_900 }.Select(static (tokens, replica) => Given.Idle(replica) with { KvTokensInUse = tokens }).ToArray();

        Assert.Equal([(3.0 * 1000) - 1000, (3.0 * 500) - 1000, -1000.0], Given.Scores(router, Given.Route(), candidates));
        Assert.All(Given.Chosen(router, 20, candidates), static replica => Assert.Equal(2, replica));
        Assert.All(Given.Chosen(router, 20, candidates[..2]), static replica => Assert.Equal(1, replica));
    }

    [Fact]
    public void Where_it_fits_in_several_places_the_emptiest_is_filled()
    {
        var candidates = new[] { 5_000, 1_000, 2_000 }.Select(static (tokens, replica) => Given.Idle(replica) with { KvTokensInUse = tokens }).ToArray();

        Assert.All(Given.Chosen(router, 20, candidates), static replica => Assert.Equal(1, replica));
    }
}
