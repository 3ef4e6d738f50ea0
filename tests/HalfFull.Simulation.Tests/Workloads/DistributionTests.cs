using HalfFull.Simulation.Workloads;
using HalfFull.Simulation.Workloads.Arrivals;
using HalfFull.Simulation.Workloads.Lengths;

namespace HalfFull.Simulation.Tests.Workloads;

public sealed class DistributionTests
{
    private const int Draws = 200_000;

    [Theory]
    [InlineData("poisson", 1)]
    [InlineData("constant", 0)]
    [InlineData("gamma:cv=3", 3)]
    [InlineData("gamma:cv=0.5", 0.5)]
    [InlineData("weibull:cv=2", 2)]
    [InlineData("weibull:cv=0.5", 0.5)]
    public void Gaps_have_mean_one_and_the_stated_variation(string text, double cv)
    {
        var gaps = GapDistributions.Parse(text);
        var rng = new Rng(1);
        var values = Enumerable.Range(0, Draws).Select(_ => gaps.Next(rng)).ToArray();
        var mean = values.Average();
        Assert.Equal(cv, gaps.Cv);
        Assert.InRange(mean, 0.97, 1.03);
        Assert.InRange(Math.Sqrt(values.Average(value => (value - mean) * (value - mean))) / mean, cv * 0.95, cv * 1.05);
    }

    [Theory]
    [InlineData("gamma")]
    [InlineData("gamma:cv=0")]
    [InlineData("gamma:cv=NaN")]
    [InlineData("gamma:cv=1,cv=2")]
    [InlineData("gamma:cv=2,x=1")]
    [InlineData("poisson:cv=1")]
    [InlineData("bursty")]
    public void Unknown_gaps_are_refused_with_what_is_accepted(string text)
    {
        var error = Assert.Throws<WorkloadException>(() => GapDistributions.Parse(text));
        Assert.Equal($"'{text}' is not accepted; write {GapDistributions.Accepted}.", error.Message);
    }

    [Fact]
    public void A_constant_length_is_constant() => Assert.Equal(512, LengthDistributions.Parse("constant:512").Next(new Rng(1)));

    [Fact]
    public void A_uniform_length_takes_both_ends()
    {
        var lengths = LengthDistributions.Parse("uniform:3..5");
        var rng = new Rng(1);
        Assert.Equal([3, 4, 5], Enumerable.Range(0, 100).Select(_ => lengths.Next(rng)).Distinct().Order());
    }

    [Fact]
    public void A_lognormal_length_has_the_stated_quantiles_and_a_longest()
    {
        var lengths = LengthDistributions.Parse("lognormal:median=500,p99=3000");
        var rng = new Rng(1);
        var values = Enumerable.Range(0, Draws).Select(_ => lengths.Next(rng)).Order().ToArray();
        Assert.InRange(values[Draws / 2], 490, 510);
        Assert.InRange(values[Draws * 99 / 100], 2900, 3100);
        Assert.Equal(18_000, lengths.Max);
        Assert.True(values[^1] <= lengths.Max);
        Assert.Equal(4000, LengthDistributions.Parse("lognormal:median=500,p99=3000,max=4000").Max);
    }

    [Theory]
    [InlineData("constant:0")]
    [InlineData("constant:1.5")]
    [InlineData("constant:")]
    [InlineData("uniform:5..3")]
    [InlineData("uniform:5")]
    [InlineData("lognormal:median=500")]
    [InlineData("lognormal:median=500,p99=400")]
    [InlineData("lognormal:median=500,p99=900,sigma=2")]
    [InlineData("zipf:1")]
    public void Unknown_lengths_are_refused_with_what_is_accepted(string text)
    {
        var error = Assert.Throws<WorkloadException>(() => LengthDistributions.Parse(text));
        Assert.Equal($"'{text}' is not accepted; write {LengthDistributions.Accepted}.", error.Message);
    }

    [Fact]
    public void A_quantile_table_gives_its_knots_back_and_its_moments_are_exact()
    {
        var table = new QuantileTable((0, 10), (0.5, 100), (0.75, 100), (1, 1000));
        Assert.Equal(10, table.At(0), 9);
        Assert.Equal(100, table.At(0.5), 9);
        Assert.Equal(100, table.At(0.6), 9);
        Assert.Equal(Math.Sqrt(1000), table.At(0.25), 9);
        Assert.Equal(1000, table.At(1), 9);
        var points = Enumerable.Range(0, Draws).Select(i => table.At((i + 0.5) / Draws)).ToArray();
        var mean = points.Average();
        Assert.Equal(mean, table.Mean, 4);
        Assert.Equal(Math.Sqrt(points.Average(value => (value - mean) * (value - mean))) / mean, table.Cv, 4);
    }

    [Fact]
    public void A_quantile_table_out_of_order_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new QuantileTable((0, 10), (0.5, 9), (1, 20)));
        Assert.Throws<ArgumentException>(() => new QuantileTable((0, 10), (0.9, 20)));
        Assert.Throws<ArgumentException>(() => new QuantileTable((0, 0), (1, 20)));
    }

    [Fact]
    public void Bands_tie_the_output_to_the_prompt()
    {
        var lengths = new BandedLengths(new QuantileTable((0, 1), (1, 100)), new QuantileTable((0, 5), (1, 5)), new QuantileTable((0, 9), (1, 9)));
        var rng = new Rng(1);
        for (var i = 0; i < 1000; i++)
        {
            var (prompt, output) = lengths.Next(rng);
            Assert.True(prompt < 10 ? output == 5 : prompt == 10 || output == 9);
        }
    }
}
