using HalfFull.Prediction;
using HalfFull.Prediction.Ranking;

namespace HalfFull.Tests.Prediction.Ranking;

public sealed class RankerTrainingTests
{
    [Fact]
    public void Learns_what_tenants_and_templates_have_in_common_and_beats_the_prompt_length()
    {
        var trained = RankerTraining.Train(Log(3000), seed: 1);

        Assert.InRange(trained.KendallTau, 0.55, 1);
        Assert.InRange(trained.KendallTauOfPrompt, -0.1, 0.1);
        Assert.True(trained.MeanAbsoluteErrorTokens < 0.6 * trained.MeanAbsoluteErrorOfMedianTokens, $"{trained} is no better than the median.");
        Assert.Equal((2400, 600), (trained.TrainedOn, trained.JudgedOn));
    }

    [Fact]
    public void Finds_nothing_where_there_is_nothing()
    {
        var rng = new Rng(9);
        var jobs = Enumerable.Range(0, 3000).Select(id => new Job(Given.Request(id: id, prompt: 1 + rng.NextInt32(2000), max: 4096), 1 + rng.NextInt32(500))).ToList();
        Assert.InRange(RankerTraining.Train(jobs, seed: 1).KendallTau, -0.1, 0.1);
    }

    [Fact]
    public void A_higher_score_never_predicts_fewer_tokens()
    {
        var jobs = Log(1000);
        var ranker = RankerTraining.Train(jobs, seed: 1).Ranker;
        var predicted = jobs.OrderBy(job => ranker.Score(job.Request)).Select(job => ranker.PredictTokens(job.Request)).ToArray();

        Assert.Equal(predicted.Order(), predicted);
        Assert.True(predicted.Distinct().Count() > 20);
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_and_another_seed_others()
    {
        var jobs = Log(400);
        var weights = RankerTraining.Train(jobs, seed: 5).Ranker.Weights.ToArray();
        Assert.Equal(weights, RankerTraining.Train(jobs, seed: 5).Ranker.Weights.ToArray());
        Assert.NotEqual(weights, RankerTraining.Train(jobs, seed: 6).Ranker.Weights.ToArray());
    }

    [Fact]
    public void Progress_rises_to_one()
    {
        var told = new List<double>();
        RankerTraining.Train(Log(200), seed: 1, told.Add);
        Assert.Equal(told.Order(), told);
        Assert.Equal(1, told[^1]);
    }

    [Fact]
    public void Too_few_requests_are_refused() =>
        Assert.Contains("at least 100 requests", Assert.Throws<ArgumentException>(() => RankerTraining.Train(Log(99), seed: 1)).Message, StringComparison.Ordinal);

    /// <summary>The predictor of a run is what the trained ranker says.</summary>
    [Fact]
    public void The_predictor_says_what_the_ranker_says()
    {
        var jobs = Log(300);
        var ranker = RankerTraining.Train(jobs, seed: 1).Ranker;
        Assert.All(jobs, job => Assert.Equal(ranker.PredictTokens(job.Request), ((ILengthPredictor)new RankerPredictor(ranker)).Predict(job.Request)));
    }

    /// <summary>Outputs hang on tenant and template, and a little on luck.</summary>
    internal static List<Job> Log(int count)
    {
        var rng = new Rng(4);
        return [.. Enumerable.Range(0, count).Select(id =>
        {
            var (tenant, template) = (rng.NextInt32(5), rng.NextInt32(8));
            var output = (int)(20 * (1 + tenant) * (1 + template) * Math.Exp(0.4 * rng.NextNormal()));
            return new Job(
                Given.Request(id: id, prompt: 50 + rng.NextInt32(1000), max: 4096, arrival: id, tenant: $"t{tenant}", hashes: [1000 + template]), Math.Max(1, output));
        })];
    }
}
