using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class SessionTests
{
    private readonly Session router = new(new Session.Options(), new RouterSeed(1));

    [Fact]
    public void A_session_stays_whatever_the_load_and_whatever_the_seed()
    {
        var candidates = Enumerable.Range(0, 6).Select(Given.Idle).ToArray();
        var home = Home(router, "alice", candidates);
        candidates[home] = candidates[home] with { InFlightRequests = 500, Waiting = 300 };

        Assert.Equal(home, Home(router, "alice", candidates));
        Assert.Equal(home, Home(new Session(new Session.Options(), new RouterSeed(99)), "alice", candidates));
    }

    [Fact]
    public void Only_the_sessions_of_a_replica_that_goes_move_and_a_new_one_takes_its_share()
    {
        var candidates = Enumerable.Range(0, 10).Select(Given.Idle).ToArray();
        var before = Enumerable.Range(0, 2000).Select(key => Home(router, $"s{key}", candidates)).ToArray();
        var less = Enumerable.Range(0, 2000).Select(key => Home(router, $"s{key}", candidates[..9])).ToArray();

        Assert.All(before.Zip(less), static pair => Assert.True(pair.First == 9 || pair.First == pair.Second));

        // A tenth of them, within five standard deviations.
        Assert.InRange(before.Count(static replica => replica == 9), 133, 267);
    }

    [Fact]
    public void A_replica_of_double_weight_is_home_to_twice_as_many()
    {
        var candidates = new[] { Given.Idle(0), Given.Idle(1) with { Weight = 2 } };
        var heavy = Enumerable.Range(0, 3000).Count(key => Home(router, $"s{key}", candidates) == 1);

        Assert.InRange(heavy, 1870, 2130);
    }

    [Fact]
    public void Without_a_session_the_fewest_requests_decide()
    {
        var candidates = new[] { Given.Idle(0) with { InFlightRequests = 3 }, Given.Idle(1) with { InFlightRequests = 2 } };

        Assert.All(Given.Chosen(router, 20, candidates), static replica => Assert.Equal(1, replica));
    }

    [Fact]
    public void The_key_may_be_the_tenant_or_the_program()
    {
        var candidates = Enumerable.Range(0, 8).Select(Given.Idle).ToArray();
        var request = Given.Route().Request with { Session = "a", Tenant = "b", Program = "c" };

        Assert.Equal(Home(router, "b", candidates), Choose(Session.KeyKind.Tenant));
        Assert.Equal(Home(router, "c", candidates), Choose(Session.KeyKind.Program));

        int Choose(Session.KeyKind key) =>
            new Session(new Session.Options { Key = key }, new RouterSeed(1)).Choose(new RouteRequest(request, default), candidates, default).Index;
    }

    private static int Home(Session router, string session, ReplicaView[] candidates) =>
        candidates[router.Choose(new RouteRequest(Given.Route().Request with { Session = session }, default), candidates, default).Index].Replica;
}
