using HalfFull.Engine.Sampling;

namespace HalfFull.Engine.Tests.Sampling;

public sealed class SamplerTests
{
    private static readonly float[] Logits = [0, 1, 2, 3, 4];

    [Fact]
    public void Temperature_0_takes_the_likeliest() => Assert.Equal(4, Draws(new SamplingOptions { Temperature = 0 }, 5).Distinct().Single());

    [Fact]
    public void Draws_follow_the_probabilities()
    {
        var draws = Draws(new SamplingOptions { Temperature = 2 }, 40_000);
        var weights = Logits.Select(logit => Math.Exp(logit / 2)).ToArray();
        for (var token = 0; token < Logits.Length; token++)
        {
            // Five standard deviations of a share of 40,000 draws.
            Assert.Equal(weights[token] / weights.Sum(), draws.Count(drawn => drawn == token) / 40_000.0, 0.0125);
        }
    }

    [Fact]
    public void Top_k_top_p_and_min_p_leave_the_likeliest_only()
    {
        Assert.Equal([3, 4], Kinds(new SamplingOptions { TopK = 2 }));
        Assert.Equal([3, 4], Kinds(new SamplingOptions { TopP = 0.8 }));
        Assert.Equal([4], Kinds(new SamplingOptions { TopP = 0.6 }));
        Assert.Equal([3, 4], Kinds(new SamplingOptions { MinP = 0.3 }));
        Assert.Equal([2, 3, 4], Kinds(new SamplingOptions { MinP = 0.1 }));
        Assert.Equal([0, 1, 2, 3, 4], Kinds(new SamplingOptions { Temperature = 3 }));
    }

    [Fact]
    public void Bias_and_penalties_move_single_tokens()
    {
        var greedy = new SamplingOptions { Temperature = 0 };
        Assert.Equal(0, Next(greedy with { LogitBias = [new(0, 100)] }));
        Assert.Equal(3, Next(greedy with { LogitBias = [new(4, -100)] }));
        Assert.Equal(3, Next(greedy with { RepetitionPenalty = 2 }, prompt: [4]));
        Assert.Equal(3, Next(greedy with { RepetitionPenalty = 2 }, output: [4]));
        Assert.Equal(4, Next(greedy with { PresencePenalty = 1.5 }, prompt: [4]));
        Assert.Equal(3, Next(greedy with { PresencePenalty = 1.5 }, output: [4]));
        Assert.Equal(4, Next(greedy with { FrequencyPenalty = 0.4 }, output: [4, 4]));
        Assert.Equal(3, Next(greedy with { FrequencyPenalty = 0.4 }, output: [4, 4, 4]));
    }

    [Fact]
    public void A_repetition_counts_once_wherever_it_lies()
    {
        // Twice halved, 4 would fall behind 1.5; once, it is 2.
        float[] logits = [1.5f, 4];
        var sampler = new Sampler(new SamplingOptions { Temperature = 0, RepetitionPenalty = 2 });
        Assert.Equal(1, sampler.Next(logits, [1, 1], [1], new SamplerScratch(2)));
    }

    [Fact]
    public void Probabilities_are_those_of_the_model_and_sorted()
    {
        var told = Sampler.Logprobs([1, 3, 3, 0], 0, 3);
        var sum = Math.Log((2 * Math.Exp(3)) + Math.Exp(1) + 1);
        Assert.Equal(1 - sum, told.Logprob, 1e-9);
        Assert.Equal([1, 2, 0], told.Top.Select(pair => pair.Key));
        Assert.Equal(3 - sum, told.Top[1].Value, 1e-9);
    }

    private static int Next(SamplingOptions options, int[]? prompt = null, int[]? output = null) =>
        new Sampler(options).Next(Logits, prompt ?? [], output ?? [], new SamplerScratch(Logits.Length));

    private static int[] Draws(SamplingOptions options, int count)
    {
        var sampler = new Sampler(options);
        var scratch = new SamplerScratch(Logits.Length);
        return [.. Enumerable.Range(0, count).Select(_ => sampler.Next(Logits, [], [], scratch))];
    }

    private static IEnumerable<int> Kinds(SamplingOptions options) => Draws(options, 3000).Distinct().Order();
}
