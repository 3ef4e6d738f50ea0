using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class RandomRouterTests
{
    [Fact]
    public void Draws_anew_for_each_request_whatever_the_load()
    {
        var chosen = Given.Chosen(new RandomRouter(new Rng(1)), 1000, Given.Idle(0) with { InFlightRequests = 99 }, Given.Idle(1));

        // Five standard deviations, and as many changes from one request to the next as coin tosses have.
        Assert.InRange(chosen.Count(static replica => replica == 0), 420, 580);
        Assert.InRange(chosen.Zip(chosen.Skip(1)).Count(static pair => pair.First != pair.Second), 420, 580);
    }

    [Fact]
    public void Another_seed_gives_other_draws() => Assert.NotEqual(
        Given.Chosen(new RandomRouter(new Rng(1)), 50, Given.Idle(0), Given.Idle(1)),
        Given.Chosen(new RandomRouter(new Rng(2)), 50, Given.Idle(0), Given.Idle(1)));
}
