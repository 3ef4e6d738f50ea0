using HalfFull.Metrics;

namespace HalfFull.Tests.Metrics;

public sealed class LogHistogramTests
{
    private static readonly double[] Quantiles = [0, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1];

    [Fact]
    public void Small_numbers_are_exact()
    {
        var histogram = new LogHistogram();
        foreach (var ticks in new long[] { 0, 1, 2, 200, 255 })
        {
            histogram.Add(ticks, 2);
        }

        Assert.Equal(10, histogram.Count);
        Assert.Equal(91.6, histogram.Mean);
        Assert.Equal(0, histogram.Quantile(0.2));
        Assert.Equal(1, histogram.Quantile(0.21));
        Assert.Equal(2, histogram.Quantile(0.5));
        Assert.Equal(255, histogram.Quantile(1));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(63)]
    public void Every_quantile_is_within_half_a_percent_of_the_exact_one(int bits)
    {
        var rng = new Rng(3).Fork($"{bits}");
        var histogram = new LogHistogram();
        var samples = new List<long>();
        for (var i = 0; i < 2_000; i++)
        {
            var (ticks, count) = (Given.LogUniform(rng, bits), 1 + rng.NextInt32(3));
            histogram.Add(ticks, count);
            samples.AddRange(Enumerable.Repeat(ticks, count));
        }

        foreach (var quantile in Quantiles)
        {
            var exact = Given.Quantile(samples, quantile);
            Assert.InRange(histogram.Quantile(quantile), exact * 0.995, exact * 1.005);
        }

        Assert.Equal(samples.Max(), histogram.Max);
        Assert.Equal(samples.Min(), histogram.Min);
        Assert.Equal((double)samples.Average(static ticks => (decimal)ticks), histogram.Mean, histogram.Mean * 1e-14);
    }

    [Fact]
    public void The_largest_number_has_a_bucket()
    {
        var histogram = new LogHistogram();
        histogram.Add(long.MaxValue, long.MaxValue);

        Assert.Equal(long.MaxValue, histogram.Quantile(0.5));
        Assert.Equal(long.MaxValue, histogram.Mean);
    }

    [Fact]
    public void Merging_equals_adding_everything_to_one()
    {
        var rng = new Rng(5);
        var (all, left, right) = (new LogHistogram(), new LogHistogram(), new LogHistogram());
        for (var i = 0; i < 1_000; i++)
        {
            var ticks = Given.LogUniform(rng, 40);
            all.Add(ticks, 1);
            (i % 3 == 0 ? left : right).Add(ticks, 1);
        }

        left.Merge(right);
        left.Merge(new LogHistogram());

        Assert.Equal(all.ToSeconds(), left.ToSeconds());
        Assert.Equal((all.Count, all.Min, all.Max), (left.Count, left.Min, left.Max));
    }

    [Fact]
    public void Without_samples_every_figure_is_zero()
    {
        var histogram = new LogHistogram();
        histogram.Add(5, 0);

        Assert.Equal(new Distribution(0, 0, 0, 0, 0), histogram.ToSeconds());
        Assert.Equal(0, histogram.Min);
    }

    [Fact]
    public void Adding_allocates_nothing()
    {
        var histogram = new LogHistogram();
        histogram.Add(1, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            histogram.Add(i * 1_000L, 7);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Negative_durations_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogHistogram().Add(-1, 1));
}
