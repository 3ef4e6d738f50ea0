namespace HalfFull.Prediction.Ranking;

/// <summary>
/// A linear ranker over <see cref="RankerFeatures"/>: a higher score means a longer output. A table, monotone in the score, turns it into tokens. Immutable.
/// </summary>
public sealed class Ranker
{
    private readonly double[] weights;
    private readonly double[] scores;
    private readonly double[] tokens;

    /// <summary>A ranker of given weights and table.</summary>
    /// <param name="weights">A weight for each bucket, and last the slope over the prompt's length.</param>
    /// <param name="scores">Scores of the table, rising.</param>
    /// <param name="tokens">Output tokens at those scores, never falling, at least 1.</param>
    /// <exception cref="ArgumentException">A number is not finite, the sizes are wrong or a table is not in order.</exception>
    public Ranker(ReadOnlySpan<double> weights, ReadOnlySpan<double> scores, ReadOnlySpan<double> tokens)
    {
        if (weights.Length != RankerFeatures.Count + 1)
        {
            throw new ArgumentException($"has {weights.Length} weights instead of {RankerFeatures.Count + 1}", nameof(weights));
        }

        if (scores.IsEmpty || scores.Length != tokens.Length)
        {
            throw new ArgumentException($"has {scores.Length} scores and {tokens.Length} lengths", nameof(scores));
        }

        this.weights = weights.ToArray();
        this.scores = scores.ToArray();
        this.tokens = tokens.ToArray();
        if (!Array.TrueForAll(this.weights, double.IsFinite) || !IsRising(scores, strictly: true) || !IsRising(tokens, strictly: false)
            || !(tokens[0] >= 1 && tokens[^1] <= int.MaxValue))
        {
            throw new ArgumentException("has weights that are no numbers, or a table that is out of order", nameof(weights));
        }
    }

    /// <summary>The weights; the last one is the slope.</summary>
    public ReadOnlySpan<double> Weights => weights;

    /// <summary>Scores of the table.</summary>
    public ReadOnlySpan<double> Scores => scores;

    /// <summary>Output tokens of the table.</summary>
    public ReadOnlySpan<double> Tokens => tokens;

    /// <summary>The score of a request.</summary>
    public double Score(Request request)
    {
        Span<int> buckets = stackalloc int[RankerFeatures.Active];
        return Score(weights, RankerFeatures.Fill(request, buckets), buckets);
    }

    /// <summary>Output tokens expected of a request, between the table's points by a straight line.</summary>
    public int PredictTokens(Request request)
    {
        var score = Score(request);
        var above = Array.BinarySearch(scores, score);
        above = above < 0 ? ~above : above;
        if (above == 0 || above == scores.Length)
        {
            return (int)Math.Round(tokens[Math.Min(above, scores.Length - 1)]);
        }

        var share = (score - scores[above - 1]) / (scores[above] - scores[above - 1]);
        return (int)Math.Round(tokens[above - 1] + (share * (tokens[above] - tokens[above - 1])));
    }

    internal static double Score(double[] weights, double length, ReadOnlySpan<int> buckets)
    {
        var score = weights[^1] * length;
        foreach (var bucket in buckets)
        {
            score += weights[bucket];
        }

        return score;
    }

    private static bool IsRising(ReadOnlySpan<double> values, bool strictly)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]) || (i > 0 && (strictly ? values[i] <= values[i - 1] : values[i] < values[i - 1])))
            {
                return false;
            }
        }

        return true;
    }
}
