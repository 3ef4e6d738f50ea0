namespace HalfFull.Prediction.Ranking;

/// <summary>Predicts by a trained ranker; the prediction counts down as tokens appear. It does not go on learning: train it again when the traffic changes.</summary>
public sealed class RankerPredictor(Ranker ranker) : ILengthPredictor
{
    /// <inheritdoc/>
    public int? Predict(Request request) => ranker.PredictTokens(request);
}
