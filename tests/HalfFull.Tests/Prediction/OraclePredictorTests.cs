using HalfFull.Prediction;

namespace HalfFull.Tests.Prediction;

public sealed class OraclePredictorTests
{
    [Fact]
    public void Tells_the_truth_and_counts_down()
    {
        var oracle = new OraclePredictor();
        var request = Given.Request(id: 7, max: 100);
        oracle.Tell(new Job(request, 40));
        request = request with { PredictedOutputTokens = oracle.Predict(request) };

        Assert.Equal(40, request.PredictedOutputTokens);
        Assert.Equal(40, ((ILengthPredictor)oracle).Refine(request, 39));
    }

    [Fact]
    public void Knows_nothing_of_a_request_that_it_was_not_told_of() => Assert.Null(new OraclePredictor().Predict(Given.Request()));
}
