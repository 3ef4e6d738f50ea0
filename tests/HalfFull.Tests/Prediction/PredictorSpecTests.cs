using HalfFull.Prediction;
using HalfFull.Prediction.Ranking;

namespace HalfFull.Tests.Prediction;

public sealed class PredictorSpecTests
{
    [Theory]
    [InlineData("none", "none", typeof(NoPredictor))]
    [InlineData("oracle", "oracle", typeof(OraclePredictor))]
    [InlineData("quantile", "quantile:0.5", typeof(QuantilePredictor))]
    [InlineData("quantile:0.9", "quantile:0.9", typeof(QuantilePredictor))]
    [InlineData("noisy:50", "noisy:50", typeof(NoisyPredictor))]
    public void A_spec_makes_its_predictor_and_reads_back(string text, string canonical, Type predictor)
    {
        var spec = PredictorSpec.Parse(text);

        Assert.Equal(canonical, spec.ToString());
        Assert.IsType(predictor, spec.Create(new Rng(1)));
        Assert.Equal(spec, PredictorSpec.Parse(canonical));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tarot")]
    [InlineData("oracle:1")]
    [InlineData("quantile:1")]
    [InlineData("quantile:NaN")]
    [InlineData("noisy")]
    [InlineData("noisy:-1")]
    [InlineData("ranker")]
    [InlineData("ranker:")]
    public void Anything_else_is_refused_in_a_sentence_that_says_what_would_be_accepted(string text)
    {
        var message = Assert.Throws<FormatException>(() => PredictorSpec.Parse(text)).Message;
        Assert.Equal($"--predict {text} is not accepted: give {PredictorSpec.Accepts}.", message);
    }

    [Fact]
    public void A_ranker_that_does_not_exist_is_named() =>
        Assert.Contains("There is no ranker 'none.hfr'", Assert.Throws<FileNotFoundException>(() => PredictorSpec.Parse("ranker:none.hfr").Create(new Rng(1))).Message, StringComparison.Ordinal);

    [Fact]
    public void Only_the_oracle_and_its_noise_need_the_truth() =>
        Assert.Equal([true, true, false, false], new[] { "oracle", "noisy:1", "quantile", "none" }.Select(static text => PredictorSpec.Parse(text).NeedsTruth));
}
