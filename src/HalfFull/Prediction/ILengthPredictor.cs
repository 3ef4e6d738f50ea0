namespace HalfFull.Prediction;

/// <summary>
/// Predicts output lengths from what a production system knows of a request. The host asks once at arrival and writes the answer into
/// <see cref="Request.PredictedOutputTokens"/>; a policy that follows a sequence asks again as its tokens appear. Deterministic for a seed; one instance serves
/// one run.
/// </summary>
public interface ILengthPredictor
{
    /// <summary>Predicted output tokens of a request that arrives, at least 1; null when nothing can be said: the output limit stands in then.</summary>
    int? Predict(Request request);

    /// <summary>
    /// Predicted output tokens, in all, of a request that has generated <paramref name="outputTokens"/> of them and goes on: more than that. It counts
    /// down from the prediction at arrival unless the predictor knows better. Allocates nothing.
    /// </summary>
    int Refine(Request request, int outputTokens)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Math.Max(outputTokens + 1, request.PredictedOutputTokens ?? request.MaxOutputTokens);
    }

    /// <summary>A request has finished: something to learn from.</summary>
    void Finished(Request request, int outputTokens)
    {
    }

    /// <summary>A request was rejected or aborted: its length will never be known.</summary>
    void Dropped(Request request)
    {
    }
}
