using HalfFull.Simulation.Workloads.Arrivals;
using HalfFull.Simulation.Workloads.Lengths;

namespace HalfFull.Simulation.Tests.Workloads;

public sealed class DistributionSpecTests
{
    [Theory]
    [InlineData("poisson", 1)]
    [InlineData("constant", 0)]
    [InlineData("gamma:cv=2.5", 2.5)]
    [InlineData("weibull:cv=3", 3)]
    public void Gaps_are_read(string text, double cv) => Assert.Equal(cv, GapDistribution.Parse(text).Cv);

    [Theory]
    [InlineData("constant:tokens=500", 500)]
    [InlineData("uniform:min=10,max=900", 900)]
    [InlineData("lognormal:median=300,p99=4000,max=32000", 32000)]
    public void Lengths_are_read(string text, int max) => Assert.Equal(max, LengthDistribution.Parse(text).Max);

    [Theory]
    [InlineData("pareto")]
    [InlineData("poisson:cv=1")]
    [InlineData("gamma")]
    [InlineData("gamma:cv=")]
    [InlineData("gamma:cv=-1")]
    [InlineData("gamma:cv=0")]
    [InlineData("gamma:cv=1,cv=2")]
    [InlineData("gamma:cv=NaN")]
    public void Other_gaps_are_refused(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => GapDistribution.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("constant:tokens=0")]
    [InlineData("uniform:min=10,max=9")]
    [InlineData("uniform:min=10")]
    [InlineData("lognormal:median=300,p99=200,max=1000")]
    [InlineData("lognormal:median=300,p99=400,max=1000,mode=3")]
    public void Other_lengths_are_refused(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => LengthDistribution.Parse(text)).Message, StringComparison.Ordinal);
}
