namespace HalfFull.Gateway.Replicas;

/// <summary>
/// How much of what a replica should have cached it says it found, over its last few dozen answers: 1 until eight told. An engine that evicts early, shares its cache with other senders or does
/// not cache at all is known by it.
/// </summary>
internal sealed class FoundShare
{
    private const int FewestSamples = 8;
    private const double Fading = 0.05; // of what was seen before, with each answer
    private const double Least = 1.0 / 64; // so that what was expected can be told from what was believed of it
    private long epoch;
    private int samples;
    private double expected;
    private double found;

    /// <summary>The share in an epoch.</summary>
    public double At(long of) => of == epoch && samples >= FewestSamples ? Math.Clamp(found / expected, Least, 1) : 1;

    /// <summary>A replica told how much of a prompt it found.</summary>
    /// <param name="of">Its epoch.</param>
    /// <param name="believed">What was believed of it when it was sent; at least 1.</param>
    /// <param name="cached">What it found.</param>
    public void Told(long of, int believed, int cached)
    {
        if (of != epoch)
        {
            (epoch, samples, expected, found) = (of, 0, 0, 0);
        }

        var whole = believed / At(of);
        samples++;
        expected += whole - (Fading * expected);
        found += Math.Min(cached, whole) - (Fading * found);
    }
}
