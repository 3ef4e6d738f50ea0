using HalfFull.Metrics;
using HalfFull.Routing;
using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class OracleWorkTests
{
    private readonly OracleWork router = new(new OracleWork.Options(), new RouterSeed(1));

    [Fact]
    public void Work_is_prompts_until_the_first_token_and_twice_the_outputs_until_the_end()
    {
        var candidates = new[] { Given.Idle(0), Given.Idle(1) };
        var request = Route(1, prompt: 500, output: 250);
        router.Dispatched(request, candidates[0]);
        Assert.Equal([0.22, 0.12], Scores(candidates), Near);

        router.FirstToken(request.Request, 0, default);
        Assert.Equal([0.17, 0.12], Scores(candidates), Near);

        router.Ended(new RequestRecord(1, default, default, default, default, 500, 0, 250, 0, 0, null, Outcome.Completed));
        Assert.Equal([0.12, 0.12], Scores(candidates), Near);
    }

    [Fact]
    public void A_retry_moves_the_work_and_a_restart_forgets_it()
    {
        var candidates = new[] { Given.Idle(0), Given.Idle(1) };
        router.Dispatched(Route(1, 500, 250), candidates[0]);
        router.Dispatched(Route(1, 500, 250), candidates[1]);
        Assert.Equal([0.12, 0.22], Scores(candidates), Near);

        candidates[1] = candidates[1] with { Epoch = 1 };
        Assert.Equal([0.12, 0.12], Scores(candidates), Near);
        router.Ended(new RequestRecord(1, default, default, default, default, 500, 0, 250, 0, 1, null, Outcome.Failed));
        Assert.Equal([0.12, 0.12], Scores(candidates), Near);
    }

    [Fact]
    public void A_faster_replica_has_less_work_left_in_time() =>
        Assert.Equal([0.12, 0.06], Scores([Given.Idle(0), Given.Idle(1) with { PrefillTokensPerSecond = 20_000 }]), Near);

    /// <summary>1,000 prompt tokens and twice 100 outputs at 10,000 a second: 0.12 s of its own.</summary>
    private double[] Scores(ReplicaView[] candidates) => Given.Scores(router, Route(9, 1000, 100), candidates);

    private static RouteRequest Route(long id, int prompt, int output) => new(new Request(id, default, prompt, 1000) { PredictedOutputTokens = output }, default);

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-12;
}
