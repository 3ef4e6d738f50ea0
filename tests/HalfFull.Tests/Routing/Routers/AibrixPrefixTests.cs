using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class AibrixPrefixTests
{
    private readonly AibrixPrefix router = new(new AibrixPrefix.Options(), new RouterSeed(1));

    [Fact]
    public void The_longest_match_wins_then_the_lower_load()
    {
        Assert.Equal(0, Choose(Given.Idle(0) with { CachedPromptTokens = 300, InFlightRequests = 1 }, Given.Idle(1) with { CachedPromptTokens = 200 }, Given.Idle(2) with { InFlightRequests = 1 }));

        // Percent are whole: 305 and 300 of 1,000 tokens are one and the same.
        Assert.Equal(1, Choose(Given.Idle(0) with { CachedPromptTokens = 305, InFlightRequests = 1 }, Given.Idle(1) with { CachedPromptTokens = 300 }, Given.Idle(2) with { InFlightRequests = 1 }));
    }

    /// <summary>Loads 8, 1, 0, 0: mean 2.25, deviation 3.34, limit 5.59. Loads 5, 1, 5, 0: 2.75 and 2.28, limit 5.03.</summary>
    [Fact]
    public void A_match_loaded_above_mean_and_deviation_is_passed_over()
    {
        var holder = Given.Idle(0) with { CachedPromptTokens = 900, InFlightRequests = 8 };
        var second = Given.Idle(1) with { CachedPromptTokens = 100, InFlightRequests = 1 };

        Assert.Equal(1, Choose(holder, second, Given.Idle(2), Given.Idle(3)));
        Assert.Equal(0, Choose(holder with { InFlightRequests = 5 }, second, Given.Idle(2) with { InFlightRequests = 5 }, Given.Idle(3)));
    }

    [Fact]
    public void A_difference_of_more_than_eight_takes_locality_away() =>
        Assert.Equal(2, Choose(Given.Idle(0) with { CachedPromptTokens = 900, InFlightRequests = 4 }, Given.Idle(1) with { InFlightRequests = 9 }, Given.Idle(2)));

    private int Choose(params ReplicaView[] candidates) => router.Choose(Given.Route(), candidates, default).Index;
}
