using HalfFull.Load.Sweeping;

namespace HalfFull.Load.Tests.Sweeping;

public sealed class RateSearchTests
{
    [Theory]
    [InlineData(1, 37)]
    [InlineData(100, 37)]
    [InlineData(37, 37)]
    [InlineData(5, 0.5)]
    public void The_highest_rate_is_found_from_either_side(double start, double capacity)
    {
        var search = Search(start, rate => rate <= capacity);
        Assert.InRange(search.Highest!.Value, capacity / 1.051, capacity);
        Assert.InRange(search.Lowest!.Value, capacity, capacity * 1.051);
        Assert.InRange(search.Trials.Count, 2, 40);
    }

    [Fact]
    public void A_server_that_holds_nothing_ends_the_search()
    {
        var search = Search(8, _ => false);
        Assert.Null(search.Highest);
        Assert.True(search.Trials[^1].RequestsPerSecond >= 8.0 / 1024);
    }

    [Fact]
    public void A_server_that_holds_everything_ends_it_at_the_limit() =>
        Assert.Equal(1000, Search(8, _ => true).Highest);

    [Fact]
    public void One_unlucky_trial_decides_nothing()
    {
        var search = new RateSearch(10, precision: 0.05, repeats: 3, most: 20);
        search.Add(holds: false);
        Assert.Equal((10, 1), search.Next);
        search.Add(holds: true);
        Assert.Equal((10, 2), search.Next);
        search.Add(holds: true);
        Assert.Equal(10, search.Highest);
        Assert.Equal((20, 0), search.Next);
    }

    [Fact]
    public void Two_equal_verdicts_of_three_save_the_third()
    {
        var search = new RateSearch(10, precision: 0.05, repeats: 3, most: 20);
        search.Add(holds: false);
        search.Add(holds: false);
        Assert.Equal((5, 0), search.Next);
    }

    [Fact]
    public void A_search_that_has_ended_takes_no_more_verdicts() =>
        Assert.Throws<InvalidOperationException>(() => Search(1, _ => true).Add(holds: true));

    private static RateSearch Search(double start, Func<double, bool> holds)
    {
        var search = new RateSearch(start, precision: 0.05, repeats: 3, most: 1000);
        while (search.Next is var (rate, _))
        {
            search.Add(holds(rate));
        }

        return search;
    }
}
