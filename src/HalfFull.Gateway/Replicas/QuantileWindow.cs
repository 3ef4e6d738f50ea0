namespace HalfFull.Gateway.Replicas;

/// <summary>A quantile of the last so many samples: single odd ones do not move it. Looked up anew only with every few samples, as sorting costs.</summary>
/// <param name="size">Samples kept.</param>
/// <param name="quantile">Which, 0 to 1.</param>
/// <param name="fewest">Samples without which nothing is known.</param>
/// <param name="renewal">With every how many samples it is looked up.</param>
internal sealed class QuantileWindow(int size, double quantile, int fewest, int renewal)
{
    private readonly double[] samples = new double[size];
    private readonly double[] sorted = new double[size];
    private long added;

    /// <summary>The quantile; null until there are enough samples.</summary>
    public double? Value { get; private set; }

    public void Add(double sample)
    {
        samples[added++ % size] = sample;
        if (added >= fewest && (added - fewest) % renewal == 0)
        {
            var count = (int)Math.Min(added, size);
            samples.AsSpan(0, count).CopyTo(sorted);
            sorted.AsSpan(0, count).Sort();
            Value = sorted[(int)(quantile * (count - 1))];
        }
    }
}
