namespace HalfFull.Prediction;

/// <summary>
/// The true output length with the error of TRAIL's predictor (Shahout et al., arXiv 2410.01035): a first estimate from the prompt, and a new one every 8
/// tokens, which Bayes' rule joins with those before. Here every estimate has an independent normal error, so that the joint one is their mean and its error
/// falls with the root of their number. The paper's predictor is off by 34 to 46 tokens on its own data, which is a standard deviation of 43 to 58 for the first estimate. Real errors
/// of neighbouring estimates are alike, so that this model is kind.
/// </summary>
public sealed class NoisyPredictor : ITruthPredictor
{
    /// <summary>Tokens between two estimates.</summary>
    public const int RefinedEvery = 8;

    private readonly double sigmaTokens;
    private readonly ulong seed;
    private readonly Dictionary<long, Estimate> estimates = [];

    /// <summary>A predictor whose first estimate has a standard deviation of <paramref name="sigmaTokens"/>.</summary>
    public NoisyPredictor(double sigmaTokens, Rng rng)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sigmaTokens);
        ArgumentNullException.ThrowIfNull(rng);
        this.sigmaTokens = sigmaTokens;
        seed = rng.NextUInt64();
    }

    /// <inheritdoc/>
    public void Tell(in Job job) =>
        estimates[job.Request.Id] = new Estimate { Truth = job.OutputTokens, Errors = new Rng(Rng.Mix(seed ^ (ulong)job.Request.Id)) };

    /// <inheritdoc/>
    public int? Predict(Request request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return estimates.ContainsKey(request.Id) ? Refine(request, 0) : null;
    }

    /// <inheritdoc/>
    public int Refine(Request request, int outputTokens)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!estimates.TryGetValue(request.Id, out var estimate))
        {
            return Math.Max(outputTokens + 1, request.PredictedOutputTokens ?? request.MaxOutputTokens);
        }

        for (; estimate.Count <= outputTokens / RefinedEvery; estimate.Count++)
        {
            estimate.Sum += estimate.Errors.NextNormal();
        }

        var error = sigmaTokens * estimate.Sum / estimate.Count;
        return (int)Math.Clamp(Math.Round(estimate.Truth + error), outputTokens + 1, int.MaxValue);
    }

    /// <inheritdoc/>
    public void Finished(Request request, int outputTokens) => Dropped(request);

    /// <inheritdoc/>
    public void Dropped(Request request)
    {
        ArgumentNullException.ThrowIfNull(request);
        estimates.Remove(request.Id);
    }

    private sealed class Estimate
    {
        internal required int Truth { get; init; }

        internal required Rng Errors { get; init; }

        internal double Sum { get; set; }

        internal int Count { get; set; }
    }
}
