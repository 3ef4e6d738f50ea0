using HalfFull.Metrics;

namespace HalfFull.Tests.Metrics;

public sealed class BootstrapTests
{
    [Fact]
    public void A_run_compared_with_itself_is_noise()
    {
        var run = Correlated(new Rng(1), requests: 2_000).Baseline;

        var interval = Bootstrap.Compare([run], [run], RequestMetric.Ttft, Statistic.Mean, new Rng(1));

        Assert.Equal(new RatioInterval(1, 1, 1), interval);
        Assert.True(interval.IsNoise);
    }

    [Fact]
    public void The_ratio_of_means_is_that_of_all_samples()
    {
        var (baseline, candidate) = (new BlockedSamples(), new BlockedSamples());
        for (var i = 0; i < 300; i++)
        {
            baseline.Arrived(i);
            baseline.Add(RequestMetric.E2E, i, i);
            candidate.Arrived(i);
            candidate.Add(RequestMetric.E2E, i, 3 * i);
        }

        var interval = Bootstrap.Compare([baseline], [candidate], RequestMetric.E2E, Statistic.Mean, new Rng(1));

        Assert.Equal(3, interval.Ratio, 1e-12);
        Assert.Equal(3, interval.Low, 1e-12);
        Assert.Equal(3, interval.High, 1e-12);
        Assert.False(interval.IsNoise);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.99)]
    public void The_ratio_of_quantiles_is_near_the_exact_one(double quantile)
    {
        var rng = new Rng(8);
        var (baseline, candidate) = (new BlockedSamples(), new BlockedSamples());
        var (baselineSamples, candidateSamples) = (new List<long>(), new List<long>());
        for (var i = 0; i < 20_000; i++)
        {
            baselineSamples.Add((long)(1e7 * rng.NextGamma(2)));
            candidateSamples.Add((long)(1e7 * rng.NextGamma(3)));
            baseline.Arrived(i);
            candidate.Arrived(i);
            baseline.Add(RequestMetric.Ttft, i, baselineSamples[^1]);
            candidate.Add(RequestMetric.Ttft, i, candidateSamples[^1]);
        }

        var interval = Bootstrap.Compare([baseline], [candidate], RequestMetric.Ttft, Statistic.AtQuantile(quantile), new Rng(1));

        var exact = (double)Given.Quantile(candidateSamples, quantile) / Given.Quantile(baselineSamples, quantile);
        Assert.Equal(exact, interval.Ratio, exact * 0.003);
        Assert.InRange(exact, interval.Low, interval.High);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.9)]
    public void The_interval_contains_the_truth_about_as_often_as_it_promises(double? quantile)
    {
        var statistic = quantile is { } q ? Statistic.AtQuantile(q) : Statistic.Mean;
        const int Trials = 150;
        var covered = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            var rng = new Rng((ulong)trial);
            var (baseline, candidate) = Correlated(rng, requests: 1_500);
            var interval = Bootstrap.Compare([baseline], [candidate], RequestMetric.Ttft, statistic, rng, resamples: 200);
            covered += interval.Low <= 0.8 && interval.High >= 0.8 ? 1 : 0;
            Assert.True(interval.Low <= interval.Ratio && interval.Ratio <= interval.High);
        }

        Assert.InRange((double)covered / Trials, 0.87, 0.995);
    }

    [Fact]
    public void More_seeds_make_the_interval_narrower()
    {
        var runs = Enumerable.Range(0, 8).Select(seed => Correlated(new Rng((ulong)seed), requests: 1_500)).ToArray();
        var baselines = runs.Select(run => run.Baseline).ToArray();
        var candidates = runs.Select(run => run.Candidate).ToArray();

        var one = Bootstrap.Compare([baselines[0]], [candidates[0]], RequestMetric.Ttft, Statistic.Mean, new Rng(1));
        var all = Bootstrap.Compare(baselines, candidates, RequestMetric.Ttft, Statistic.Mean, new Rng(1));

        Assert.True(all.High - all.Low < (one.High - one.Low) / 2);
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval()
    {
        var (baseline, candidate) = Correlated(new Rng(4), requests: 1_000);
        RatioInterval Run() => Bootstrap.Compare([baseline], [candidate], RequestMetric.Ttft, Statistic.AtQuantile(0.99), new Rng(2));

        Assert.Equal(Run(), Run());
    }

    [Fact]
    public void Too_few_requests_tell_nothing()
    {
        var (baseline, candidate) = Correlated(new Rng(4), requests: Bootstrap.FewestBlocks - 1);

        var interval = Bootstrap.Compare([baseline], [candidate], RequestMetric.Ttft, Statistic.Mean, new Rng(2));

        Assert.Equal((0, double.PositiveInfinity, true), (interval.Low, interval.High, interval.IsNoise));
    }

    [Fact]
    public void Without_samples_there_is_no_difference()
    {
        var (baseline, candidate) = Correlated(new Rng(4), requests: 100);

        var interval = Bootstrap.Compare([baseline], [candidate], RequestMetric.Slowdown, Statistic.AtQuantile(0.5), new Rng(2));

        Assert.Equal(new RatioInterval(1, 1, 1), interval);
    }

    [Fact]
    public void Runs_of_different_traces_are_refused() =>
        Assert.Throws<ArgumentException>(() => Bootstrap.Compare(
            [Correlated(new Rng(1), 50).Baseline], [Correlated(new Rng(1), 60).Baseline], RequestMetric.Ttft, Statistic.Mean, new Rng(2)));

    [Fact]
    public void Blocks_do_not_depend_on_the_order_in_which_requests_end()
    {
        var samples = Enumerable.Range(0, 1_000).Select(i => (Id: (long)i, Value: (long)(i * 7919 % 1_009))).ToArray();
        var (forward, backward) = (new BlockedSamples(), new BlockedSamples());
        foreach (var (id, value) in samples)
        {
            forward.Arrived(id);
            forward.Add(RequestMetric.Queue, id, value);
        }

        foreach (var (id, value) in samples.Reverse())
        {
            backward.Arrived(id);
            backward.Add(RequestMetric.Queue, id, value);
        }

        Assert.Equal(125, forward.Count);
        Assert.Equal(forward.Count, backward.Count);
        for (var i = 0; i < forward.Count; i++)
        {
            var (left, right) = (forward.Of(RequestMetric.Queue)[i], backward.Of(RequestMetric.Queue)[i]);
            Assert.Equal(samples.Skip(8 * i).Take(8).Sum(sample => sample.Value), (long)left.Sum);
            Assert.Equal((left.Sum, left.Count), (right.Sum, right.Count));
        }
    }

    /// <summary>
    /// Two runs whose latencies rise and fall together as a queue does (autoregressive over some five requests), each with its own
    /// noise; the candidate takes 0.8 of the baseline's time in distribution.
    /// </summary>
    [Fact]
    public void The_interval_of_one_run_holds_the_true_mean_about_as_often_as_it_says()
    {
        var rng = new Rng(4);
        var held = 0;
        for (var run = 0; run < 200; run++)
        {
            var samples = new BlockedSamples();
            for (var i = 0; i < 500; i++)
            {
                samples.Arrived(i);
                samples.Add(RequestMetric.Ttft, i, (long)(1e6 * rng.NextExponential()));
            }

            var interval = Bootstrap.Estimate(samples, RequestMetric.Ttft, Statistic.Mean, new Rng(1), resamples: 200);
            Assert.InRange(interval.Value, interval.Low, interval.High);
            held += interval.Low <= 1e6 && interval.High >= 1e6 ? 1 : 0;
        }

        Assert.InRange(held, 175, 200);
    }

    [Fact]
    public void One_run_of_too_few_requests_has_a_figure_and_no_interval()
    {
        var samples = new BlockedSamples();
        for (var i = 0; i < Bootstrap.FewestBlocks - 1; i++)
        {
            samples.Arrived(i);
            samples.Add(RequestMetric.Ttft, i, 10);
        }

        Assert.Equal(new ValueInterval(10, 0, double.PositiveInfinity), Bootstrap.Estimate(samples, RequestMetric.Ttft, Statistic.Mean, new Rng(1)));
    }

    private static (BlockedSamples Baseline, BlockedSamples Candidate) Correlated(Rng rng, int requests)
    {
        var (baseline, candidate) = (new BlockedSamples(), new BlockedSamples());
        var level = 0.0;
        for (var i = 0; i < requests; i++)
        {
            level = (0.8 * level) + (0.3 * rng.NextNormal());
            baseline.Arrived(i);
            candidate.Arrived(i);
            baseline.Add(RequestMetric.Ttft, i, (long)(1e7 * Math.Exp(level + (0.3 * rng.NextNormal()))));
            candidate.Add(RequestMetric.Ttft, i, (long)(0.8e7 * Math.Exp(level + (0.3 * rng.NextNormal()))));
        }

        return (baseline, candidate);
    }
}
