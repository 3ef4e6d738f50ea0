namespace HalfFull.Metrics;

/// <summary>
/// The one definition of a quantile here: the smallest sample that at least the share q of all samples does not exceed (nearest rank).
/// A quantile is therefore always a value that occurred.
/// </summary>
internal static class NearestRank
{
    /// <summary>The rank, from 1, of quantile q among that many samples.</summary>
    public static long Of(double quantile, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (quantile is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "A quantile lies between 0 and 1.");
        }

        // In decimal, because 0.07 * 100 in binary is a little more than 7 and would be rounded up to 8.
        return Math.Max(1, (long)decimal.Ceiling((decimal)quantile * count));
    }
}
