using HalfFull.Prediction;

namespace HalfFull.Tests.Prediction;

public sealed class NoisyPredictorTests
{
    [Fact]
    public void Without_noise_it_is_the_oracle()
    {
        var predictor = Told(sigma: 0, truth: 300, out var request);
        Assert.Equal(300, predictor.Predict(request));
        Assert.Equal(300, predictor.Refine(request, 120));
    }

    /// <summary>The mean absolute error of a normal estimate is 0.798 of its standard deviation; after 8 estimates it is a root of 8 less.</summary>
    [Theory]
    [InlineData(0, 50.0)]
    [InlineData(56, 17.68)]
    public void The_error_falls_with_the_root_of_the_number_of_estimates(int outputTokens, double sigma)
    {
        const int requests = 4000;
        var predictor = new NoisyPredictor(50, new Rng(3));
        var error = 0.0;
        for (var id = 0; id < requests; id++)
        {
            var request = Given.Request(id: id);
            predictor.Tell(new Job(request, 1000));
            error += Math.Abs(predictor.Refine(request, outputTokens) - 1000);
        }

        Assert.InRange(error / requests, 0.95 * 0.798 * sigma, 1.05 * 0.798 * sigma);
    }

    [Fact]
    public void An_estimate_holds_for_eight_tokens_and_does_not_depend_on_who_asked_before()
    {
        var predictor = Told(sigma: 40, truth: 900, out var request);
        var other = Told(sigma: 40, truth: 900, out _);
        var early = Enumerable.Range(0, 33).Select(tokens => predictor.Refine(request, tokens)).ToArray();

        Assert.Equal(early[32], other.Refine(request, 32));
        Assert.Single(early[8..16].Distinct());
        Assert.InRange(early.Distinct().Count(), 3, 5);
    }

    [Fact]
    public void A_refined_prediction_is_always_longer_than_what_exists()
    {
        var predictor = Told(sigma: 1000, truth: 3, out var request);
        for (var tokens = 0; tokens < 500; tokens++)
        {
            Assert.True(predictor.Refine(request, tokens) > tokens);
        }
    }

    [Fact]
    public void Whoever_has_gone_is_forgotten()
    {
        var predictor = Told(sigma: 0, truth: 30, out var request);
        predictor.Finished(request, 30);
        Assert.Null(predictor.Predict(request));
        Assert.Equal(request.MaxOutputTokens, predictor.Refine(request, 1));
    }

    private static NoisyPredictor Told(double sigma, int truth, out Request request)
    {
        var predictor = new NoisyPredictor(sigma, new Rng(1));
        request = Given.Request(id: 5);
        predictor.Tell(new Job(request, truth));
        return predictor;
    }
}
