using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class DynamoTests
{
    /// <summary>A prompt of 1,600 tokens, 100 blocks. Replica 0: 320 + 1,600 to prefill are 120 blocks less 60 cached, and (3,200 + 1,600) / 16 = 300 decode.</summary>
    [Fact]
    public void The_cost_is_blocks_to_prefill_less_cached_and_blocks_that_decode()
    {
        var view = Given.Idle(0) with { InFlightPrefillTokens = 320, InFlightPromptTokens = 3_200, InFlightRequests = 2, CachedPromptTokens = 960 };

        Assert.Equal(60 + 300, Cost(new Dynamo.Options(), view));
        Assert.Equal(90 + 300, Cost(new Dynamo.Options { OverlapWeight = 0.5 }, view));
        Assert.Equal(120 + 300, Cost(new Dynamo.Options { PrefillScale = 2 }, view));
        Assert.Equal(60 + 300 + 14, Cost(new Dynamo.Options { RequestWeight = 7 }, view));

        // 320 tokens, a fifth of the request, beyond the other's none.
        Assert.Equal(120 - (60 / 1.2) + 300, Cost(new Dynamo.Options { CreditDecay = 1 }, view, Given.Idle(1)), 1e-9);
    }

    [Fact]
    public void A_temperature_spreads_choices_and_none_takes_the_least()
    {
        var candidates = new[] { Given.Idle(0), Given.Idle(1) with { InFlightPromptTokens = 1_600 } };

        Assert.All(Given.Chosen(Create(new Dynamo.Options()), 50, candidates), static replica => Assert.Equal(0, replica));

        // Costs a range apart at temperature 1: e to 1, 73%.
        Assert.InRange(Given.Chosen(Create(new Dynamo.Options { Temperature = 1 }), 2000, candidates).Count(static replica => replica == 0), 1362, 1562);
    }

    [Fact]
    public void Requests_wait_only_when_every_replica_has_too_much_to_prefill()
    {
        var router = Create(new Dynamo.Options { QueueTokens = 1000 });
        var full = Given.Idle(0) with { InFlightPrefillTokens = 1001 };

        Assert.Equal(RouteKind.Hold, router.Choose(Given.Route(), [full, full with { Replica = 1 }], default).Kind);
        Assert.Equal(RouteKind.Route, router.Choose(Given.Route(), [full, full with { Replica = 1, InFlightPrefillTokens = 1000 }], default).Kind);
    }

    private static Dynamo Create(Dynamo.Options options) => new(options, new RouterSeed(1));

    private static double Cost(Dynamo.Options options, params ReplicaView[] candidates) => Given.Scores(Create(options), Given.Route(prompt: 1_600), candidates)[0];
}
