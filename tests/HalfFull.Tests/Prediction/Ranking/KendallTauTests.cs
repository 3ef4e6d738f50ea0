using HalfFull.Prediction.Ranking;

namespace HalfFull.Tests.Prediction.Ranking;

public sealed class KendallTauTests
{
    [Fact]
    public void The_same_order_is_one_and_the_opposite_is_minus_one()
    {
        Assert.Equal(1, KendallTau.Of([1, 2, 3, 4], [10, 20, 30, 40]), 12);
        Assert.Equal(-1, KendallTau.Of([4, 3, 2, 1], [10, 20, 30, 40]), 12);
        Assert.Equal(0, KendallTau.Of([1, 1, 1], [10, 20, 30]));
    }

    /// <summary>Against counting every pair, with many ties.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_equals_the_count_of_all_pairs(ulong seed)
    {
        var rng = new Rng(seed);
        var scores = Enumerable.Range(0, 137).Select(_ => (double)rng.NextInt32(20)).ToArray();
        var lengths = scores.Select(score => (int)score + rng.NextInt32(30)).ToArray();
        long agree = 0, scoreTies = 0, lengthTies = 0, pairs = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                pairs++;
                agree += Math.Sign(scores[i] - scores[j]) * Math.Sign(lengths[i] - lengths[j]);
                scoreTies += scores[i] == scores[j] ? 1 : 0;
                lengthTies += lengths[i] == lengths[j] ? 1 : 0;
            }
        }

        Assert.Equal(agree / Math.Sqrt((double)(pairs - scoreTies) * (pairs - lengthTies)), KendallTau.Of(scores, lengths), 12);
    }
}
