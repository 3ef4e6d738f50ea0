namespace HalfFull.Metrics;

/// <summary>What is compared of a metric: its mean or one of its quantiles.</summary>
public readonly record struct Statistic
{
    private Statistic(double? quantile) => Quantile = quantile;

    /// <summary>The arithmetic mean.</summary>
    public static Statistic Mean => default;

    /// <summary>The quantile between 0 and 1; null for the mean.</summary>
    public double? Quantile { get; }

    /// <summary>A quantile, such as 0.99 for the 99th percentile.</summary>
    public static Statistic AtQuantile(double quantile) => quantile is >= 0 and <= 1
        ? new Statistic(quantile)
        : throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "A quantile lies between 0 and 1.");
}
