using HalfFull.Simulation.Gateways;

namespace HalfFull.Simulation.Tests.Gateways;

public sealed class ReportTimesTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void Reports_follow_each_other_in_a_period_give_or_take_a_fifth()
    {
        var times = new ReportTimes(Period, seed: 7);
        var gaps = new List<double>();
        for (var now = times.NextAfter(3, TimeSpan.Zero); gaps.Count < 1000;)
        {
            var next = times.NextAfter(3, now);
            Assert.Equal(now, times.LastAt(3, now));
            Assert.Equal(now, times.LastAt(3, next - TimeSpan.FromTicks(1)));
            gaps.Add((next - now).TotalMilliseconds);
            now = next;
        }

        Assert.All(gaps, gap => Assert.InRange(gap, 79.9, 120.1));
        Assert.InRange(gaps.Average(), 99, 101);
        Assert.True(gaps.Max() > 105 && gaps.Min() < 95, "The reports do not come early or late.");
    }

    [Fact]
    public void Each_replica_has_its_own_moment_and_each_seed_others()
    {
        var times = new ReportTimes(Period, seed: 7);
        var phases = Enumerable.Range(0, 64).Select(replica => times.NextAfter(replica, TimeSpan.Zero).TotalMilliseconds).ToArray();

        Assert.Equal(64, phases.Distinct().Count());
        Assert.InRange(phases.Average(), 35, 65);
        Assert.NotEqual(phases[0], new ReportTimes(Period, seed: 8).NextAfter(0, TimeSpan.Zero).TotalMilliseconds);
    }

    [Fact]
    public void The_first_report_is_older_than_the_run()
    {
        var times = new ReportTimes(Period, seed: 7);

        Assert.All(Enumerable.Range(0, 64), replica => Assert.InRange(times.LastAt(replica, TimeSpan.Zero).TotalMilliseconds, -120, 0));
    }
}
