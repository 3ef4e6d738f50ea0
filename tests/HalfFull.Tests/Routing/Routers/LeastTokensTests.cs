using HalfFull.Metrics;
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

        Assert.Equal([1256.0, 8580.0], Given.Scores(Create(new LeastTokens.Options()), Given.Route(), candidates));
        Assert.Equal([1000.0, 900.0], Given.Scores(Create(new LeastTokens.Options { Output = 0 }), Given.Route(), candidates));
        Assert.All(Given.Chosen(Create(new LeastTokens.Options()), 20, candidates), static replica => Assert.Equal(0, replica));
        Assert.All(Given.Chosen(Create(new LeastTokens.Options { Output = 0 }), 20, candidates), static replica => Assert.Equal(1, replica));
    }

    [Fact]
    public void Learns_the_expected_output_from_requests_that_completed()
    {
        var router = Create(new LeastTokens.Options());
        var candidates = new[] { Given.Idle(0) with { InFlightRequests = 1 } };
        var record = new RequestRecord(1, default, default, default, default, 10, 0, 1256, 0, 0, null, Outcome.Completed);

        router.Ended(record with { Outcome = Outcome.Failed });
        Assert.Equal([256.0], Given.Scores(router, Given.Route(), candidates));
        router.Ended(record);
        Assert.Equal([266.0], Given.Scores(router, Given.Route(), candidates));
    }

    private static LeastTokens Create(LeastTokens.Options options) => new(options, new RouterSeed(1));
}
