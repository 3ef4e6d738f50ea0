using HalfFull.Metrics;

namespace HalfFull.Tests.Metrics;

public sealed class BlockedSamplesTests
{
    private const int Requests = 1000;

    [Fact]
    public void Means_without_quantiles_have_the_same_interval()
    {
        var (full, light, others, lightOthers) = (new BlockedSamples(), new BlockedSamples(quantiles: false), new BlockedSamples(), new BlockedSamples(quantiles: false));
        Fill(1, full, light);
        Fill(2, others, lightOthers);

        Assert.Equal(
            Bootstrap.Compare([full], [others], RequestMetric.Ttft, Statistic.Mean, new Rng(1)),
            Bootstrap.Compare([light], [lightOthers], RequestMetric.Ttft, Statistic.Mean, new Rng(1)));
        Assert.Throws<ArgumentException>(() => Bootstrap.Compare([light], [lightOthers], RequestMetric.Ttft, Statistic.AtQuantile(0.9), new Rng(1)));
    }

    [Fact]
    public void Merged_parts_of_a_run_are_the_whole()
    {
        var (whole, odd, even) = (new BlockedSamples(), new BlockedSamples(), new BlockedSamples());
        for (var id = 0; id < Requests; id++)
        {
            foreach (var samples in (BlockedSamples[])[whole, id % 2 == 0 ? even : odd])
            {
                samples.Arrived(id);
                samples.Add(RequestMetric.E2E, id, (id * 37) % 101);
            }
        }

        odd.Arrived(Requests - 1);
        even.Arrived(Requests - 1);
        odd.Merge(even);

        Assert.Equal(whole.Mean(RequestMetric.E2E), odd.Mean(RequestMetric.E2E));
        Assert.Equal(Requests, odd.SampleCount(RequestMetric.E2E));
        Assert.Equal(
            Bootstrap.Estimate(whole, RequestMetric.E2E, Statistic.AtQuantile(0.9), new Rng(1)),
            Bootstrap.Estimate(odd, RequestMetric.E2E, Statistic.AtQuantile(0.9), new Rng(1)));
        Assert.Equal(0, odd.Mean(RequestMetric.Ttft));
    }

    [Fact]
    public void Samples_in_other_blocks_are_not_merged()
    {
        var (few, many) = (new BlockedSamples(), new BlockedSamples());
        few.Arrived(10);
        many.Arrived(Requests);

        Assert.Throws<ArgumentException>(() => few.Merge(many));
    }

    private static void Fill(int seed, params BlockedSamples[] all)
    {
        var rng = new Rng((ulong)seed);
        for (var id = 0; id < Requests; id++)
        {
            var sample = rng.NextInt32(1_000_000);
            foreach (var samples in all)
            {
                samples.Arrived(id);
                samples.Add(RequestMetric.Ttft, id, sample);
            }
        }
    }
}
