using HalfFull.Simulation.Comparisons;

namespace HalfFull.Simulation.Tests.Comparisons;

public sealed class RankMetricTests
{
    [Theory]
    [InlineData("ttft", "mean TTFT", false)]
    [InlineData("ttft-p99", "p99 TTFT", false)]
    [InlineData("e2e-p50", "p50 E2E", false)]
    [InlineData("slowdown-p90", "p90 slowdown", false)]
    [InlineData("attainment", "SLO attainment", true)]
    [InlineData("goodput", "goodput", true)]
    public void Names_are_read(string name, string title, bool higherIsBetter)
    {
        var metric = RankMetric.Parse(name);

        Assert.Equal((title, higherIsBetter), (metric.Title, metric.HigherIsBetter));
    }

    [Theory]
    [InlineData("luck")]
    [InlineData("ttft-p95")]
    [InlineData("")]
    [InlineData("goodput-p99")]
    public void Other_names_are_refused_with_what_is_accepted(string name) =>
        Assert.Contains("give ttft, tpot", Assert.Throws<FormatException>(() => RankMetric.Parse(name)).Message, StringComparison.Ordinal);
}
