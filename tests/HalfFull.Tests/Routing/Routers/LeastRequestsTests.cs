using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class LeastRequestsTests
{
    private readonly LeastRequests router = new(new RouterSeed(1));

    [Fact]
    public void Chooses_the_fewest_in_flight_by_the_own_ledger_whatever_the_report_says()
    {
        var candidates = new[]
        {
            Given.Idle(0) with { InFlightRequests = 4 },
            Given.Idle(1) with { InFlightRequests = 3, Running = 50, InFlightPromptTokens = 1_000_000 },
            Given.Idle(2) with { InFlightRequests = 5 },
        };

        Assert.All(Given.Chosen(router, 20, candidates), static replica => Assert.Equal(1, replica));
        Assert.Equal([4.0, 3.0, 5.0], Given.Scores(router, Given.Route(), candidates));
    }

    [Fact]
    public void Ties_go_to_the_hash_of_request_and_replica_and_depend_on_the_seed()
    {
        var candidates = new[] { Given.Idle(0), Given.Idle(1), Given.Idle(2) };
        var expected = Enumerable.Range(0, 50).Select(id => Enumerable.Range(0, 3).MinBy(replica => Rng.TieBreak(1, id, replica)));

        Assert.Equal(expected, Given.Chosen(router, 50, candidates));
        Assert.NotEqual(Given.Chosen(router, 50, candidates), Given.Chosen(new LeastRequests(new RouterSeed(2)), 50, candidates));
    }
}
