using HalfFull.Load.Comparing;

namespace HalfFull.Load.Documents;

/// <summary>A paired comparison in a <see cref="BenchDocument"/>: the second run over the first.</summary>
/// <param name="Pairs">Pairs of blocks played.</param>
/// <param name="BlockSeconds">Length of a block.</param>
/// <param name="Precision">Half width asked for, as a share of the ratio.</param>
/// <param name="Tight">Whether it was reached.</param>
/// <param name="Ratios">
/// By metric: the ratio and its 95% interval, null where there were too few pairs to tell; <c>failureRate</c> is that of the shares of
/// requests that failed or were refused.
/// </param>
public sealed record AbEntry(int Pairs, double BlockSeconds, double Precision, bool Tight, IReadOnlyDictionary<string, RatioEntry> Ratios)
{
    /// <summary>Puts a comparison together.</summary>
    public static AbEntry Of(AbPlan plan, AbResult result)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(result);
        return new AbEntry(
            result.Pairs,
            plan.Block.TotalSeconds,
            plan.Precision,
            result.IsTight,
            PairedMetric.All.Select(static metric => metric.Name).Append("failureRate").Zip(result.Ratios.Append(result.Failures))
                .ToDictionary(static pair => pair.First, static pair => RatioEntry.Of(pair.Second), StringComparer.Ordinal));
    }
}
