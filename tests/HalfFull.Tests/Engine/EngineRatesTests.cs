using HalfFull.Engine;

namespace HalfFull.Tests.Engine;

public sealed class EngineRatesTests
{
    private readonly EngineRates rates = Given.Rates(Given.Limits(budget: 2048));

    [Fact]
    public void Start_values_are_those_of_the_definition()
    {
        // A full step of 2,048 tokens takes 10 ms.
        Assert.Equal(204_800, rates.PrefillTokensPerSecond);
        Assert.Equal(500, rates.ReleasedTokensPerSecond);
        Assert.Equal(256, rates.MeanOutputTokens);
    }

    [Theory]
    [InlineData(2048, 1024)]
    [InlineData(64, 256)]
    [InlineData(1000, 500)]
    public void Only_steps_with_more_prefill_than_the_threshold_count(int budget, int threshold)
    {
        var measured = Given.Rates(Given.Limits(budget: budget));
        var start = measured.PrefillTokensPerSecond;
        measured.StepDone(new StepReport(TimeSpan.Zero, TimeSpan.FromSeconds(1), threshold, 5));
        Assert.Equal(start, measured.PrefillTokensPerSecond);
        measured.StepDone(new StepReport(TimeSpan.Zero, TimeSpan.FromSeconds(1), threshold + 1, 5));
        Assert.Equal(start + (0.05 * (threshold + 1 - start)), measured.PrefillTokensPerSecond, 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_step_without_a_duration_teaches_nothing(int seconds)
    {
        rates.StepDone(new StepReport(TimeSpan.Zero, TimeSpan.FromSeconds(seconds), 2048, 0));
        rates.StepDone(new StepReport(TimeSpan.Zero, TimeSpan.FromSeconds(seconds), 2048, 0));
        Assert.Equal(204_800, rates.PrefillTokensPerSecond);
    }

    [Fact]
    public void Released_tokens_are_averaged_over_windows_of_at_least_a_second()
    {
        rates.Arrived(TimeSpan.FromSeconds(10));
        rates.Arrived(TimeSpan.FromSeconds(10.5));
        rates.Finished(TimeSpan.FromSeconds(10.9), 1, 3000);
        Assert.Equal(500, rates.ReleasedTokensPerSecond);

        // 5,000 tokens in 2 s since the first arrival: 500 + 0.3 * (2500 - 500).
        rates.Finished(TimeSpan.FromSeconds(12), 1, 2000);
        Assert.Equal(1100, rates.ReleasedTokensPerSecond, 1e-9);

        // 10 tokens in 10 s: 1100 + 0.3 * (1 - 1100) = 770.3; then 539.51; then below the floor.
        rates.Finished(TimeSpan.FromSeconds(22), 1, 10);
        Assert.Equal(770.3, rates.ReleasedTokensPerSecond, 1e-9);
        rates.Finished(TimeSpan.FromSeconds(32), 1, 10);
        rates.Finished(TimeSpan.FromSeconds(42), 1, 10);
        Assert.Equal(500, rates.ReleasedTokensPerSecond);
    }

    [Fact]
    public void An_engine_that_only_takes_over_sequences_measures_its_release_too()
    {
        rates.Finished(TimeSpan.FromSeconds(1), 1, 10_000);
        rates.Finished(TimeSpan.FromSeconds(2), 1, 10_000);
        Assert.True(rates.ReleasedTokensPerSecond > 500);
    }

    [Fact]
    public void The_mean_output_is_that_of_the_last_thousand_once_twenty_have_finished()
    {
        for (var i = 0; i < 19; i++)
        {
            rates.Finished(TimeSpan.Zero, 10, 0);
        }

        Assert.Equal(256, rates.MeanOutputTokens);
        rates.Finished(TimeSpan.Zero, 30, 0);
        Assert.Equal(11, rates.MeanOutputTokens);
        for (var i = 0; i < 1000; i++)
        {
            rates.Finished(TimeSpan.Zero, 77, 0);
        }

        Assert.Equal(77, rates.MeanOutputTokens);
    }
}
