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
    private readonly List<AliveRow?> rows = [];
    private int version;
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
        version++;
    }

    /// <summary>For each of <see cref="SurvivalHorizons"/>, the chance that an output of so many tokens goes on for that many more: S(g + h) / S(g).</summary>
    internal ReadOnlySpan<double> AliveAt(int outputTokens)
    {
        // Within a bin the answer changes once: half-way, where 8 steps lead into the next bin.
        var index = outputTokens / (BinTokens / 2);
        while (rows.Count <= index)
        {
            rows.Add(null);
        }

        var row = rows[index] ??= new AliveRow();
        if (row.Version != version)
        {
            row.Version = version;
            var now = At(outputTokens / BinTokens);
            for (var i = 0; i < row.Chances.Length; i++)
            {
                row.Chances[i] = At((outputTokens + (int)SurvivalHorizons.Steps[i]) / BinTokens) / now;
            }
        }

        return row.Chances;
    }

    /// <summary>S(x) for a bin, x = 16 * bin; positive.</summary>
    internal double At(int bin) => bin < survival.Length ? survival[bin] : tail * Prior(tailPrior, bin);

    private static double Prior(OutputSurvival? prior, int bin) => prior?.At(bin) ?? 128.0 / (128 + ((double)bin * BinTokens));

    private sealed class AliveRow
    {
        internal readonly double[] Chances = new double[SurvivalHorizons.Count];
        internal int Version = -1;
    }
}
