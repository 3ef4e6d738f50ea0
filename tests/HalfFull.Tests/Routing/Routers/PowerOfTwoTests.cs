using HalfFull.Routing.Routers;

namespace HalfFull.Tests.Routing.Routers;

public sealed class PowerOfTwoTests
{
    [Fact]
    public void The_worst_of_all_is_never_chosen_and_the_best_whenever_drawn()
    {
        var candidates = new[]
        {
            Given.Idle(0) with { InFlightRequests = 9 },
            Given.Idle(1) with { InFlightRequests = 1 },
            Given.Idle(2) with { InFlightRequests = 5 },
            Given.Idle(3) with { InFlightRequests = 6 },
        };
        var chosen = Given.Chosen(new PowerOfTwo(new Rng(1)), 2000, candidates);

        // Of the six pairs three hold the best and two more the second best: 1/2, 1/3, 1/6, none. Five standard deviations.
        Assert.Equal(0, chosen.Count(static replica => replica == 0));
        Assert.InRange(chosen.Count(static replica => replica == 1), 888, 1112);
        Assert.InRange(chosen.Count(static replica => replica == 2), 561, 772);
        Assert.InRange(chosen.Count(static replica => replica == 3), 250, 417);
    }

    [Fact]
    public void Scores_exist_for_the_two_drawn_only()
    {
        var candidates = Enumerable.Range(0, 5).Select(replica => Given.Idle(replica) with { InFlightRequests = replica }).ToArray();
        var router = new PowerOfTwo(new Rng(1));
        for (var id = 0; id < 50; id++)
        {
            var scores = Given.Scores(router, Given.Route(id), candidates);
            Assert.Equal(3, scores.Count(double.IsNaN));
            Assert.All(scores.Index(), static score => Assert.True(double.IsNaN(score.Item) || score.Item == score.Index));
        }
    }
}
