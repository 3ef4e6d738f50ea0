namespace HalfFull.Prediction;

/// <summary>
/// The survival function of output lengths, learned from finished requests: S(x) = share of outputs that reach x tokens, in bins of 16 tokens, from the last
/// <c>window</c> of them, with a prior that makes it work from the first request on. It changes only when refreshed.
/// </summary>
internal sealed class OutputSurvival
{
    internal const int BinTokens = 16;
    private readonly int[] outputs;
    private readonly double priorWeight;
    private int[] counts = new int[64];
    private double[] survival = new double[64];
    private double tail = 1;
    private OutputSurvival? tailPrior;
    private long finished;

    /// <summary>An empty history.</summary>
    /// <param name="window">Finished requests that count.</param>
    /// <param name="priorWeight">Weight of the prior, in requests.</param>
    internal OutputSurvival(int window, double priorWeight)
    {
        outputs = new int[window];
        this.priorWeight = priorWeight;
    }

    private long Known => Math.Min(finished, outputs.Length);

    /// <summary>Adds a finished request.</summary>
    internal void Add(int outputTokens)
    {
        var index = (int)(finished % outputs.Length);
        if (finished >= outputs.Length)
        {
            counts[outputs[index] / BinTokens]--;
        }

        finished++;
        outputs[index] = outputTokens;
        var bin = outputTokens / BinTokens;
        if (bin >= counts.Length)
        {
            var length = Math.Max(bin + 1, counts.Length * 2);
            Array.Resize(ref counts, length);
        }

        counts[bin]++;
    }

    /// <summary>Recomputes the table over a Pareto-like prior 128 / (128 + x).</summary>
    internal void Refresh() => Refresh(null);

    /// <summary>Recomputes the table over the given prior, or the Pareto-like one.</summary>
    internal void Refresh(OutputSurvival? prior)
    {
        if (survival.Length < counts.Length)
        {
            survival = new double[counts.Length];
        }

        var reaching = 0;
        var total = Known + priorWeight;
        for (var bin = survival.Length - 1; bin >= 0; bin--)
        {
            reaching += bin < counts.Length ? counts[bin] : 0;
            survival[bin] = (reaching + (priorWeight * Prior(prior, bin))) / total;
        }

        tail = priorWeight / total;
        tailPrior = prior;
    }

    /// <summary>S(x) for a bin, x = 16 * bin; positive.</summary>
    internal double At(int bin) => bin < survival.Length ? survival[bin] : tail * Prior(tailPrior, bin);

    private static double Prior(OutputSurvival? prior, int bin) => prior?.At(bin) ?? 128.0 / (128 + ((double)bin * BinTokens));
}
