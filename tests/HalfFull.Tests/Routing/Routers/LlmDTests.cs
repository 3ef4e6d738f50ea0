using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class LlmDTests
{
    /// <summary>Queue: 3 and 0 waiting are 0 and 1; memory 0.5 and 0.8 free; 600 of 1,000 tokens cached on the first.</summary>
    [Fact]
    public void The_score_is_the_weighted_sum()
    {
        var candidates = new[]
        {
            Given.Idle(0) with { Waiting = 3, KvTokensInUse = 50_000, CachedPromptTokens = 600 },
            Given.Idle(1) with { KvTokensInUse = 20_000 },
        };

        Near([-(0 + 1 + 1.8), -(2 + 1.6 + 0)], Create(new LlmD.Options()), candidates);
        Near([-(0 + 0.5 + 3), -(1 + 0.8 + 0)], Create(new LlmD.Options { Queue = 1, Kv = 1, Prefix = 5 }), candidates);
        Assert.All(Given.Chosen(Create(new LlmD.Options()), 20, candidates), static replica => Assert.Equal(1, replica));
        Assert.False(Create(new LlmD.Options { Prefix = 0 }).NeedsPrefixHits);
    }

    [Fact]
    public void Stale_replicas_are_left_out_unless_all_are()
    {
        var stale = Given.Idle(0) with { Age = TimeSpan.FromSeconds(0.3) };
        var busy = Given.Idle(1) with { Waiting = 9, KvTokensInUse = 90_000 };

        Assert.All(Given.Chosen(Create(new LlmD.Options()), 20, stale, busy), static replica => Assert.Equal(1, replica));
        Assert.All(Given.Chosen(Create(new LlmD.Options()), 20, stale, busy with { Age = TimeSpan.FromSeconds(1) }), static replica => Assert.Equal(0, replica));
    }

    /// <summary>Saturation of the two: max(4 / 5, 0.4 / 0.8) and max(6 / 5, ...): a mean of 1.</summary>
    [Fact]
    public void A_saturated_fleet_sheds_negative_priorities_and_holds_the_others_if_asked()
    {
        var candidates = new[] { Given.Idle(0) with { Waiting = 4, KvTokensInUse = 40_000 }, Given.Idle(1) with { Waiting = 6 } };
        var sheddable = new RouteRequest(Given.Route().Request with { Priority = -1 }, default);

        Assert.Equal(RouteKind.Reject, Create(new LlmD.Options()).Choose(sheddable, candidates, default).Kind);
        Assert.Equal(RouteKind.Route, Create(new LlmD.Options()).Choose(Given.Route(), candidates, default).Kind);
        Assert.Equal(RouteKind.Hold, Create(new LlmD.Options { Hold = 1 }).Choose(Given.Route(), candidates, default).Kind);
        candidates[1] = candidates[1] with { Waiting = 5 };
        Assert.Equal(RouteKind.Route, Create(new LlmD.Options { Hold = 1 }).Choose(sheddable, candidates, default).Kind);
    }

    /// <summary>Full memory against half of it: 0 against 0.5 of the only weight, so the full one is hardly ever drawn; an empty one against half full is 2 to 1.</summary>
    [Fact]
    public void The_random_picker_draws_in_proportion_to_the_score()
    {
        var router = Create(new LlmD.Options { Queue = 0, Prefix = 0, Pick = HalfFull.Routing.Pipelines.ReplicaPicker.WeightedRandom });
        var chosen = Given.Chosen(router, 3000, Given.Idle(0), Given.Idle(1) with { KvTokensInUse = 50_000 }, Given.Idle(2) with { KvTokensInUse = 100_000 });

        Assert.InRange(chosen.Count(static replica => replica == 0), 1870, 2130);
        Assert.Equal(0, chosen.Count(static replica => replica == 2));
    }

    private static LlmD Create(LlmD.Options options) => new(options, new RouterSeed(1));

    private static void Near(double[] expected, LlmD router, ReplicaView[] candidates) =>
        Assert.Equal(expected, Given.Scores(router, Given.Route(), candidates), static (a, b) => Math.Abs(a - b) < 1e-12);
}
