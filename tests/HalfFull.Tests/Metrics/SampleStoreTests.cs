using HalfFull.Metrics;

namespace HalfFull.Tests.Metrics;

public sealed class SampleStoreTests
{
    private static readonly double[] Quantiles = [0, 0.001, 0.07, 0.5, 0.9, 0.99, 1];

    [Fact]
    public void Quantiles_are_samples_by_nearest_rank()
    {
        using var store = new SampleStore();
        foreach (var sample in new long[] { 50, 15, 40, 35, 20 })
        {
            store.Add(sample);
        }

        Assert.Equal("15 20 20 35 50 50", string.Join(' ', store.Quantiles(0.05, 0.3, 0.4, 0.5, 0.9, 1)));
        Assert.Equal(32, store.Mean);
        Assert.Equal(50, store.Max);
    }

    [Fact]
    public void A_share_that_is_no_binary_fraction_does_not_slip_to_the_next_rank()
    {
        using var store = new SampleStore();
        for (var i = 1; i <= 100; i++)
        {
            store.Add(i);
        }

        Assert.Equal(7, store.Quantiles(0.07)[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(32_769)]
    [InlineData(1_000_000)]
    public void Quantiles_are_exact_in_memory_and_on_disk(int mostInMemory)
    {
        var rng = new Rng(11);
        using var store = new SampleStore(mostInMemory);
        var samples = new List<long>();
        var number = mostInMemory == 1 ? 300 : 70_000;
        for (var i = 0; i < number; i++)
        {
            samples.Add(Given.LogUniform(rng, 63));
            store.Add(samples[^1]);
        }

        Assert.Equal(Quantiles.Select(quantile => Given.Quantile(samples, quantile)), store.Quantiles(Quantiles));
        Assert.Equal(number, store.Count);
        Assert.Equal(samples.Max(), store.Max);
    }

    [Fact]
    public void Samples_may_be_added_after_quantiles_were_read_from_disk()
    {
        using var store = new SampleStore(mostInMemory: 10);
        var samples = new List<long>();
        for (var i = 0; i < 95; i++)
        {
            samples.Add(i * 37 % 101);
            store.Add(samples[^1]);
            Assert.Equal(Given.Quantile(samples, 0.5), store.Quantiles(0.5)[0]);
        }
    }

    [Fact]
    public void The_temporary_file_has_no_name_while_in_use_and_is_gone_afterwards()
    {
        using var folder = new TemporaryFolder();
        using (var store = new SampleStore(mostInMemory: 1, folder.Path))
        {
            store.Add(1);
            store.Add(2);
            store.Add(3);

            Assert.Equal(2, store.Quantiles(0.5)[0]);
            Assert.Equal(OperatingSystem.IsWindows() ? 1 : 0, folder.Names().Length);
        }

        Assert.Empty(folder.Names());
    }

    [Fact]
    public void A_temporary_folder_that_does_not_exist_is_named()
    {
        using var folder = new TemporaryFolder();
        using var store = new SampleStore(mostInMemory: 1, folder.File("missing"));
        store.Add(1);

        var error = Assert.ThrowsAny<IOException>(() => store.Add(2));

        Assert.Contains(folder.File("missing"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_samples_are_no_special_case()
    {
        using var store = new SampleStore();
        store.Add(0);
        store.Add(0);

        Assert.Equal(new Distribution(0, 0, 0, 0, 0), store.ToDistribution(1));
    }

    [Fact]
    public void Without_samples_every_figure_is_zero()
    {
        using var store = new SampleStore();

        Assert.Equal(new Distribution(0, 0, 0, 0, 0), store.ToDistribution(1));
    }

    [Fact]
    public void Negative_samples_are_refused()
    {
        using var store = new SampleStore();

        Assert.Throws<ArgumentOutOfRangeException>(() => store.Add(-1));
    }
}
