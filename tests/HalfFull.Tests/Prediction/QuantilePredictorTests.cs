using HalfFull.Prediction;

namespace HalfFull.Tests.Prediction;

public sealed class QuantilePredictorTests
{
    [Fact]
    public void Says_nothing_before_twenty_have_finished()
    {
        var predictor = new QuantilePredictor();
        Finish(predictor, null, Enumerable.Repeat(10, 19));
        Assert.Null(predictor.Predict(Given.Request()));
        Assert.Equal(1000, predictor.Refine(Given.Request(max: 1000), 5));

        Finish(predictor, null, [10]);
        Assert.Equal(10, predictor.Predict(Given.Request()));
    }

    /// <summary>Of 1..100: the median is the 51st; of those above 80, the 11th of 20.</summary>
    [Theory]
    [InlineData(0.5, 0, 51)]
    [InlineData(0.5, 80, 91)]
    [InlineData(0.9, 0, 91)]
    [InlineData(0.9, 80, 99)]
    public void The_quantile_is_that_of_the_outputs_longer_than_what_exists(double quantile, int generated, int expected)
    {
        var predictor = new QuantilePredictor(quantile);
        Finish(predictor, null, Enumerable.Range(1, 100));
        Assert.Equal(expected, predictor.Refine(Given.Request(), generated));
    }

    [Fact]
    public void Beyond_everything_known_as_much_again_is_expected_within_the_limit()
    {
        var predictor = new QuantilePredictor();
        Finish(predictor, null, Enumerable.Range(1, 100));
        Assert.Equal(300, predictor.Refine(Given.Request(max: 1000), 150));
        Assert.Equal(200, predictor.Refine(Given.Request(max: 200), 150));
        Assert.Equal(151, predictor.Refine(Given.Request(max: 150), 150));
    }

    [Fact]
    public void A_tenant_is_known_by_its_own_outputs_once_there_are_enough()
    {
        var predictor = new QuantilePredictor();
        Finish(predictor, "long", Enumerable.Repeat(900, 20));
        Finish(predictor, "few", Enumerable.Repeat(7, 19));
        Assert.Equal(900, predictor.Predict(Given.Request(tenant: "long")));
        Assert.Equal(900, predictor.Predict(Given.Request(tenant: "few")));

        Finish(predictor, "few", [7]);
        Assert.Equal(7, predictor.Predict(Given.Request(tenant: "few")));
    }

    [Fact]
    public void Old_outputs_are_forgotten()
    {
        var predictor = new QuantilePredictor();
        Finish(predictor, null, Enumerable.Repeat(500, 1000));
        Finish(predictor, null, Enumerable.Repeat(20, 501));
        Assert.Equal(20, predictor.Predict(Given.Request()));
    }

    private static void Finish(QuantilePredictor predictor, string? tenant, IEnumerable<int> outputs)
    {
        foreach (var output in outputs)
        {
            predictor.Finished(Given.Request(tenant: tenant), output);
        }
    }
}
