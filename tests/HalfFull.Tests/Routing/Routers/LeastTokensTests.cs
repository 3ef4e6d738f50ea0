using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class LeastTokensTests
{
    [Fact]
    public void Counts_prompts_in_flight_with_their_expected_outputs()
    {
        var candidates = new[]
        {
            Given.Idle(0) with { InFlightPromptTokens = 1000, InFlightRequests = 1 },
            Given.Idle(1) with { InFlightPromptTokens = 900, InFlightRequests = 30 },
        };

        Assert.Equal([2500.0, 2250.0], Given.Scores(Create(new LeastTokens.Options()), Given.Route(), candidates));
        Assert.Equal([1000.0, 900.0], Given.Scores(Create(new LeastTokens.Options { OutputRatio = 0 }), Given.Route(), candidates));
        Assert.All(Given.Chosen(Create(new LeastTokens.Options()), 20, candidates), static replica => Assert.Equal(1, replica));
    }

    private static LeastTokens Create(LeastTokens.Options options) => new(options, new RouterSeed(1));
}
