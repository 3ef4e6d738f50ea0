using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class LMetricTests
{
    private readonly LMetric router = new(new LMetric.Options(), new RouterSeed(1));

    [Fact]
    public void The_score_is_new_tokens_times_requests_with_its_own()
    {
        var candidates = new[]
        {
            Given.Idle(0) with { CachedPromptTokens = 600, Running = 2, Waiting = 1 },
            Given.Idle(1) with { Running = 1 },
            Given.Idle(2) with { CachedPromptTokens = 999, Running = 60 },
        };

        Assert.Equal([400.0 * 4, 1000.0 * 2, 16.0 * 61], Given.Scores(router, Given.Route(), candidates));
        Assert.All(Given.Chosen(router, 20, candidates), static replica => Assert.Equal(2, replica));
    }

    [Fact]
    public void Of_equal_products_the_fewer_requests_win()
    {
        var chosen = Given.Chosen(router, 20, Given.Idle(0) with { CachedPromptTokens = 500, Running = 1 }, Given.Idle(1));

        Assert.All(chosen, static replica => Assert.Equal(1, replica));
    }
}
