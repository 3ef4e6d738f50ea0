using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class LlumnixTests
{
    private readonly Llumnix router = new(new RouterSeed(1));

    /// <summary>(100,000 - 20,000 - 10,000) / 7 and (100,000 - 40,000) / 5.</summary>
    [Fact]
    public void The_score_is_the_memory_left_for_each_request()
    {
        var candidates = new[]
        {
            Given.Idle(0) with { KvTokensInUse = 20_000, KvTokensQueued = 10_000, Running = 6, Waiting = 1 },
            Given.Idle(1) with { KvTokensInUse = 40_000, Running = 5 },
        };

        Assert.Equal([-10_000.0, -12_000.0], Given.Scores(router, Given.Route(), candidates));
        Assert.All(Given.Chosen(router, 20, candidates), static replica => Assert.Equal(1, replica));
    }

    [Fact]
    public void An_unknown_capacity_is_the_mean_of_the_known_ones_and_without_any_the_memory_used_counts()
    {
        Assert.Equal([-50_000.0, -50_000.0], Given.Scores(router, Given.Route(), Given.Idle(0) with { Running = 2 }, Given.Idle(1) with { KvCapacityTokens = null, Running = 2 }));
        Assert.Equal([5.0, 0.0], Given.Scores(router, Given.Route(), Given.Unknown(0) with { InFlightPromptTokens = 5, InFlightRequests = 1 }, Given.Unknown(1)));
    }
}
