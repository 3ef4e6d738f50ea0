namespace HalfFull.Prediction;

/// <summary>Predicts the true output length: a bound on what prediction can gain, not a system.</summary>
public sealed class OraclePredictor : ITruthPredictor
{
    private readonly Dictionary<long, int> truth = [];

    /// <inheritdoc/>
    public void Tell(in Job job) => truth[job.Request.Id] = job.OutputTokens;

    /// <inheritdoc/>
    public int? Predict(Request request)
    {
        ArgumentNullException.ThrowIfNull(request);

        // Asked once, at arrival: the prediction then travels with the request.
        return truth.Remove(request.Id, out var outputTokens) ? outputTokens : null;
    }
}
