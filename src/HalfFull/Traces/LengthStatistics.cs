namespace HalfFull.Traces;

/// <summary>How long the prompts or outputs of a trace are, in tokens.</summary>
/// <param name="Mean">Mean.</param>
/// <param name="P50">Median.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Max">Longest.</param>
public readonly record struct LengthStatistics(double Mean, int P50, int P90, int P99, int Max)
{
    /// <summary>Exact statistics; the percentile p is the smallest length that at least p of the requests do not exceed.</summary>
    public static LengthStatistics Of(IReadOnlyCollection<int> lengths)
    {
        var sorted = lengths.Order().ToArray();
        return sorted.Length == 0 ? default : new LengthStatistics(sorted.Average(), At(0.5), At(0.9), At(0.99), sorted[^1]);

        int At(double p) => sorted[Math.Max(0, (int)Math.Ceiling(p * sorted.Length) - 1)];
    }
}
