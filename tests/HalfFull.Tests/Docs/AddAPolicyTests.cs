using HalfFull.Routing;
using GivenRoute = HalfFull.Tests.Routing.Routers.Given;

namespace HalfFull.Tests.Docs;

/// <summary>The page that shows how to add a policy shows code that compiles and passes.</summary>
public sealed class AddAPolicyTests
{
    [Theory]
    [InlineData("EarliestDeadline.cs")]
    [InlineData("EarliestDeadlineTests.cs")]
    [InlineData("LeastWaiting.cs")]
    public void The_page_shows_the_file_as_it_is(string file)
    {
        var root = Repository.Root;
        var page = File.ReadAllText(Path.Combine(root, "docs", "add-a-policy.md"));
        var source = File.ReadAllText(Path.Combine(root, "tests", "HalfFull.Tests", "Docs", file));

        Assert.Contains("```csharp\n" + source + "```", page, StringComparison.Ordinal);
    }

    /// <summary>As the contract asks of every router in the catalogue, in which the page's is not.</summary>
    [Fact]
    public void The_router_on_the_page_fills_the_scores_and_takes_the_least()
    {
        var scores = new double[] { -1, -1 };
        var decision = new LeastWaiting(new RouterSeed(1)).Choose(
            GivenRoute.Route(), [GivenRoute.Idle(0) with { Waiting = 3 }, GivenRoute.Idle(1) with { Waiting = 2 }], scores);

        Assert.Equal(1, decision.Index);
        Assert.Equal([3, 2], scores);
    }
}
