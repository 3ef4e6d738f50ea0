using HalfFull.Metrics;
using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class PrebleTests
{
    private readonly Preble router = new(new Preble.Options(), new RouterSeed(1));

    [Fact]
    public void More_cached_than_missing_is_exploited_less_is_explored()
    {
        // Work of 45 tokens at 0.15 s for each request there: 6.75 s against none.
        var holder = Given.Idle(0) with { Running = 1 };
        var other = Given.Idle(1) with { Running = 1, CachedPromptTokens = 100 };

        Assert.Equal(0, Choose(holder with { CachedPromptTokens = 501 }, other));
        Assert.Equal(1, Choose(holder with { CachedPromptTokens = 500, Running = 2 }, other));
    }

    [Fact]
    public void A_holder_with_over_one_and_a_half_times_the_lightest_work_gives_the_request_away()
    {
        var holder = Given.Idle(0) with { CachedPromptTokens = 900, Running = 3 };

        Assert.Equal(0, Choose(holder, Given.Idle(1) with { Running = 2 }));
        Assert.Equal(1, Choose(holder with { Running = 4 }, Given.Idle(1) with { Running = 2 }));
    }

    /// <summary>Without a table, replicas of too much work are passed over before the rest of their cost is known.</summary>
    [Fact]
    public void Who_asks_for_no_table_gets_the_same_decision()
    {
        var rng = new Rng(7);
        var scores = new double[20];
        for (var id = 0; id < 1000; id++)
        {
            var candidates = Enumerable.Range(0, 1 + rng.NextInt32(scores.Length)).Select(replica => Given.Random(replica, rng)).ToArray();
            var chosen = router.Choose(At(id, id), candidates, scores.AsSpan(0, candidates.Length)).Index;
            Assert.Equal(chosen, router.Choose(At(id, id), candidates, default).Index);
            router.Dispatched(At(id, id), candidates[chosen]);
        }
    }

    [Fact]
    public void Prefill_work_counts_for_three_minutes()
    {
        var candidates = new[] { Given.Idle(0), Given.Idle(1) };
        router.Dispatched(At(10), candidates[0]);

        Assert.All(Enumerable.Range(0, 20), id => Assert.Equal(1, router.Choose(At(100, id), candidates, default).Index));
        var later = Enumerable.Range(0, 100).Count(id => router.Choose(At(300, id), candidates, default).Index == 0);
        Assert.InRange(later, 25, 75);
    }

    [Fact]
    public void A_lone_holder_whose_first_tokens_have_become_twice_as_slow_shares_its_prefix()
    {
        var candidates = new[] { Given.Idle(0) with { CachedPromptTokens = 900, Running = 5 }, Given.Idle(1) with { Running = 4 } };
        Feed(20, seconds: 1);
        Assert.Equal(0, router.Choose(At(150), candidates, default).Index);
        Feed(140, seconds: 3);
        Assert.Equal(1, router.Choose(At(150), candidates, default).Index);

        // Not lone: the other holds it too.
        candidates[1] = candidates[1] with { CachedPromptTokens = 900, Running = 6 };
        Assert.Equal(0, router.Choose(At(150), candidates, default).Index);

        void Feed(int start, double seconds)
        {
            for (var i = 0; i < 10; i++)
            {
                router.FirstToken(new Request(i, TimeSpan.FromSeconds(start - seconds), 100, 10), 0, TimeSpan.FromSeconds(start));
            }
        }
    }

    [Fact]
    public void Time_per_output_token_is_the_median_of_those_that_completed()
    {
        for (var i = 0; i < 8; i++)
        {
            router.Ended(new RequestRecord(i, default, default, default, TimeSpan.FromSeconds(10), 10, 0, 11, 0, 0, null, Outcome.Completed));
        }

        // One second for each of 45 tokens.
        Assert.Equal((2 * 45) + 0.1, Given.Scores(router, Given.Route(), Given.Idle(0) with { Running = 2 })[0], 1e-9);
    }

    /// <summary>A cache of 1,000 tokens that has filled, half of all prompt tokens found in it: half of the 1,000 new tokens will be computed again.</summary>
    [Fact]
    public void Once_the_cache_has_filled_what_is_evicted_counts()
    {
        var view = Given.Idle(0) with { KvCapacityTokens = 1000 };
        router.Dispatched(Given.Route(prompt: 2000), view);
        router.Dispatched(Given.Route(prompt: 2000), view with { CachedPromptTokens = 2000 });

        Assert.Equal(0.2001 + 0.05 + 0.1, Given.Scores(router, Given.Route(), view)[0], 1e-9);
    }

    private static RouteRequest At(double seconds, long id = 0) => Given.Route(id) with { Now = TimeSpan.FromSeconds(seconds) };

    private int Choose(params ReplicaView[] candidates) => router.Choose(Given.Route(), candidates, default).Index;
}
