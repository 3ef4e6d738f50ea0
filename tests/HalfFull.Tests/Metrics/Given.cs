using HalfFull.Metrics;

namespace HalfFull.Tests.Metrics;

/// <summary>Records for tests, in seconds.</summary>
internal static class Given
{
    public static RequestRecord Record(
        long id = 0,
        double arrival = 0,
        double firstScheduled = 0,
        double firstToken = 0,
        double finish = 0,
        int outputTokens = 1,
        int preemptions = 0,
        string? tenant = null,
        Outcome outcome = Outcome.Completed) => new(
            id,
            TimeSpan.FromSeconds(arrival),
            TimeSpan.FromSeconds(firstScheduled),
            TimeSpan.FromSeconds(firstToken),
            TimeSpan.FromSeconds(finish),
            PromptTokens: 100,
            CachedTokens: 0,
            outputTokens,
            preemptions,
            Replica: 0,
            tenant,
            outcome);

    /// <summary>A number whose logarithm is uniform: every power of two below 2^<paramref name="bits"/> is equally likely.</summary>
    public static long LogUniform(Rng rng, int bits) => (long)(rng.NextUInt64() >> (64 - bits + rng.NextInt32(bits)));

    /// <summary>The quantile by sorting: the definition itself.</summary>
    public static long Quantile(IEnumerable<long> samples, double quantile)
    {
        var sorted = samples.Order().ToArray();
        return sorted[Math.Max(1, (int)decimal.Ceiling((decimal)quantile * sorted.Length)) - 1];
    }
}
