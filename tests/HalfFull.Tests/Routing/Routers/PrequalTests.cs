using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class PrequalTests
{
    private readonly Prequal router = new(new Prequal.Options { Probes = 8, HotQuantile = 0.5 }, new RouterSeed(1));

    [Fact]
    public void Hot_replicas_are_avoided_and_the_fastest_of_the_cold_wins()
    {
        var candidates = new[] { Given.Idle(0) with { Running = 90 }, Given.Idle(1) with { Running = 3 }, Given.Idle(2) with { Running = 4 } };
        Tell(candidates[1], seconds: 2);
        Tell(candidates[2], seconds: 1);
        Probe(candidates);

        // The median of 90, 3 and 4 is 4: both others are cold, and the one with more requests has answered sooner.
        Assert.Equal(2, router.Choose(Given.Route(1000), candidates, default).Index);
    }

    [Fact]
    public void Too_few_or_too_old_probes_mean_chance()
    {
        var candidates = new[] { Given.Idle(0) with { Running = 90 }, Given.Idle(1) };
        Probe(candidates);
        var late = Enumerable.Range(0, 400).Select(id => router.Choose(Given.Route(2000 + id) with { Now = TimeSpan.FromSeconds(10 * (id + 1)) }, candidates, default).Index);

        Assert.InRange(late.Count(static index => index == 0), 150, 250);
    }

    [Fact]
    public void A_used_probe_counts_its_request_and_goes_when_used_twice()
    {
        var one = new Prequal(new Prequal.Options { Probes = 1, HotQuantile = 1 }, new RouterSeed(1));
        var candidates = new[] { Given.Idle(0), Given.Idle(1) };
        for (var id = 0; id < 50; id++)
        {
            one.Choose(Given.Route(id), candidates, default);
        }

        // Both are probed: whoever is used falls behind the other, at equal latency.
        one.Dispatched(Given.Route(1), candidates[0]);
        var decision = one.Choose(Given.Route(5), candidates, default);
        Assert.Equal(1, decision.Index);
        Assert.Equal("least latency of the cold", decision.Reason);
        one.Dispatched(Given.Route(2), candidates[0]);
        one.Dispatched(Given.Route(3), candidates[0]);
    }

    private void Probe(ReplicaView[] candidates)
    {
        for (var id = 0; id < 20; id++)
        {
            router.Choose(Given.Route(id), candidates, default);
        }
    }

    private void Tell(in ReplicaView view, double seconds)
    {
        for (var id = 100; id < 110; id++)
        {
            router.Dispatched(Given.Route(id), view);
            router.FirstToken(Given.Route(id).Request, view.Replica, TimeSpan.FromSeconds(seconds));
        }
    }
}
