using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class RoundRobinTests
{
    [Fact]
    public void Takes_each_in_turn_by_number_in_the_fleet() =>
        Assert.Equal([2, 5, 9, 2, 5], Given.Chosen(new RoundRobin(), 5, Given.Idle(9), Given.Idle(2), Given.Idle(5)));

    [Fact]
    public void A_replica_that_comes_or_goes_does_not_restart_the_rotation()
    {
        var router = new RoundRobin();
        Assert.Equal([0, 1], Given.Chosen(router, 2, Given.Idle(0), Given.Idle(1), Given.Idle(2)));
        Assert.Equal([3], Given.Chosen(router, 1, Given.Idle(0), Given.Idle(1), Given.Idle(3)));
        Assert.Equal([0, 1, 2, 3], Given.Chosen(router, 4, Given.Idle(0), Given.Idle(1), Given.Idle(2), Given.Idle(3)));
    }

    [Fact]
    public void Is_blind_to_load() =>
        Assert.Equal([0, 1, 0], Given.Chosen(new RoundRobin(), 3, Given.Idle(0) with { InFlightRequests = 99 }, Given.Idle(1)));

    [Fact]
    public void Scores_are_distances_from_the_next_in_turn()
    {
        var router = new RoundRobin();
        Given.Chosen(router, 1, Given.Idle(1));
        Assert.Equal([0.0, 3.0], Given.Scores(router, Given.Route(), Given.Idle(2), Given.Idle(5)));
    }
}
