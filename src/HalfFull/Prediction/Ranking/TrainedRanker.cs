namespace HalfFull.Prediction.Ranking;

/// <summary>A ranker and how it did on the held-out part of its log.</summary>
/// <param name="Ranker">The ranker.</param>
/// <param name="TrainedOn">Requests that it was trained on.</param>
/// <param name="JudgedOn">Later requests that it was judged on.</param>
public sealed record TrainedRanker(Ranker Ranker, int TrainedOn, int JudgedOn)
{
    /// <summary>Kendall's tau-b between score and true length.</summary>
    public required double KendallTau { get; init; }

    /// <summary>The same for the prompt's length in place of the score: what costs nothing.</summary>
    public required double KendallTauOfPrompt { get; init; }

    /// <summary>Mean absolute error of the predicted length, tokens.</summary>
    public required double MeanAbsoluteErrorTokens { get; init; }

    /// <summary>The same when everybody is predicted the median of the training part.</summary>
    public required double MeanAbsoluteErrorOfMedianTokens { get; init; }
}
