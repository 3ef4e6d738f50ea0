using HalfFull.Gateway.Dashboard;

namespace HalfFull.Gateway.Tests.Dashboard;

public sealed class LatencyHistoryTests
{
    private readonly LatencyHistory history = new();

    [Fact]
    public void Percentiles_are_right_to_eight_percent()
    {
        for (var i = 1; i <= 1000; i++)
        {
            history.FirstToken(At(1), TimeSpan.FromMilliseconds(i));
        }

        var recent = history.Recent(At(2));
        Assert.Equal(1000, recent.FirstTokens);
        Assert.Equal(0.5, recent.TtftP50!.Value, 0.5 * 0.08);
        Assert.Equal(0.99, recent.TtftP99!.Value, 0.99 * 0.08);
        Assert.Null(recent.TpotP50);
    }

    [Theory]
    [InlineData(0, 0.0005)]
    [InlineData(1e6, 600)]
    public void Durations_beyond_the_buckets_count_in_the_last_ones(double seconds, double near)
    {
        history.FirstToken(At(1), TimeSpan.FromSeconds(seconds));

        Assert.Equal(near, history.Hour(At(1)).TtftP50!.Value, near * 0.1);
    }

    [Fact]
    public void What_is_older_than_half_a_minute_is_not_recent_and_what_is_older_than_an_hour_is_gone()
    {
        history.Ended(At(5), TimeSpan.FromMilliseconds(20), 7);

        Assert.Equal(7, history.Recent(At(29)).OutputTokens);
        Assert.Equal(0, history.Recent(At(31)).OutputTokens);
        Assert.Equal(0.02, history.Hour(At(3590)).TpotP50!.Value, 0.02 * 0.08);
        Assert.Null(history.Hour(At(3601)).TpotP50);

        history.Ended(At(3605), perToken: null, 1);
        Assert.Equal((1, 1), (history.Hour(At(3606)).OutputTokens, history.Hour(At(3606)).Ended));
    }

    [Fact]
    public void Points_are_the_slots_in_which_something_happened_the_oldest_first()
    {
        history.Ended(At(12), perToken: null, 30);
        history.Ended(At(41), perToken: null, 4);

        var points = history.Points(At(42));

        Assert.Equal([30, 4], points.Select(point => point.OutputTokens));
        Assert.Equal([27, 1], points.Select(point => point.Age.TotalSeconds));
        Assert.Equal([10, 2], points.Select(point => point.Length.TotalSeconds));
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
