using HalfFull.Routing;
using HalfFull.Routing.Pipelines;
using GivenRoute = HalfFull.Tests.Routing.Routers.Given;

namespace HalfFull.Tests.Routing.Pipelines;

/// <summary>A router of one's own from the parts.</summary>
public sealed class WeightedPipelineTests
{
    [Fact]
    public void Scorers_add_up_by_weight()
    {
        var pipeline = Pipeline([new(new RangeScorer(RangeScorer.Count.Running), 1), new(new TokenLoadScorer(), 2)]);
        var candidates = new[]
        {
            GivenRoute.Idle(0) with { Running = 4, InFlightPromptTokens = 0 },
            GivenRoute.Idle(1) with { Running = 3, InFlightPromptTokens = 838_861 },
            GivenRoute.Idle(2) with { Running = 0, InFlightPromptTokens = 4_000_000 },
        };
        var scores = new double[3];
        var index = pipeline.Pick(GivenRoute.Route(), candidates, scores);

        // Running 0, 1/4 and 1; tokens 1, 1 - 2.5 * 838,861 / 4,194,304 = 1/2, and 0.
        Assert.Equal([-2.0, -1.25, -1.0], scores, static (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(0, index);
        Assert.False(pipeline.NeedsPrefixHits);
        Assert.True(Pipeline([new(new PrefixScorer(), 1)]).NeedsPrefixHits);
        Assert.False(Pipeline([new(new PrefixScorer(), 0), new(new KvUsageScorer(), 1)]).NeedsPrefixHits);
    }

    [Fact]
    public void A_filter_that_would_drop_all_drops_none_and_the_next_still_counts()
    {
        var pipeline = Pipeline([new(new TokenLoadScorer(), 1)], new Even(), new FreshFilter(TimeSpan.FromSeconds(1)));
        var odd = GivenRoute.Idle(1) with { Age = TimeSpan.FromSeconds(2) };
        var other = GivenRoute.Idle(3) with { InFlightPromptTokens = 1000 };

        Assert.Equal(1, pipeline.Pick(GivenRoute.Route(), [odd, other], default));
        Assert.Equal(0, pipeline.Pick(GivenRoute.Route(), [odd, other with { Age = odd.Age }], default));
        var scores = new double[3];
        Assert.Equal(2, pipeline.Pick(GivenRoute.Route(), [odd, other, GivenRoute.Idle(4) with { InFlightPromptTokens = 9000 }], scores));
        Assert.Equal([double.NaN, double.NaN], scores[..2]);
    }

    [Fact]
    public void Memory_use_that_is_unknown_is_the_mean_of_the_known()
    {
        var scores = new double[3];
        new KvUsageScorer().Score(GivenRoute.Route(), [GivenRoute.Idle(0) with { KvTokensInUse = 20_000 }, GivenRoute.Unknown(1), GivenRoute.Idle(2) with { KvTokensInUse = 60_000 }], scores);

        Assert.Equal([0.8, 0.6, 0.4], scores, static (a, b) => Math.Abs(a - b) < 1e-12);
    }

    private static WeightedPipeline Pipeline(WeightedScorer[] scorers, params IReplicaFilter[] filters) => new(scorers, filters, ReplicaPicker.MaxScore, new RouterSeed(1));

    private sealed class Even : IReplicaFilter
    {
        public bool Keeps(in RouteRequest request, in ReplicaView view) => view.Replica % 2 == 0;
    }
}
