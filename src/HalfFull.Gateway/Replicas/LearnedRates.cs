namespace HalfFull.Gateway.Replicas;

/// <summary>
/// What the gateway learns of a replica from its answers: prefill rate, release rate and mean output. Unknown until enough was seen; routers then take
/// the mean of the fleet. Not thread-safe: <see cref="ReplicaPool"/> serialises it.
/// </summary>
public sealed class LearnedRates
{
    private const int FewestSamples = 8;
    private const int Window = 64;
    private const double Quantile = 0.9; // a high one, so that queueing does not bias the rate down
    private const int SmallestWork = 256; // tokens; below, the fixed cost of a step drowns the rate
    private const double ReleaseSmoothing = 0.3;
    private const double OutputSmoothing = 0.02;
    private static readonly TimeSpan ReleaseWindow = TimeSpan.FromSeconds(1);

    private readonly double[] rates = new double[Window];
    private readonly double[] sorted = new double[Window];
    private int samples;
    private TimeSpan? releaseStart;
    private long releasedTokens;
    private int finished;
    private double meanOutput;

    /// <summary>Prefill tokens per second; null until eight first tokens told.</summary>
    public double? PrefillTokensPerSecond { get; private set; }

    /// <summary>KV tokens freed per second by finished requests, under load; null until known.</summary>
    public double? ReleasedTokensPerSecond { get; private set; }

    /// <summary>Mean output tokens; null until eight requests finished.</summary>
    public double? MeanOutputTokens => finished >= FewestSamples ? meanOutput : null;

    /// <summary>A first token came back.</summary>
    /// <param name="prefillTokens">Prefill tokens of the request and of those ahead of it.</param>
    /// <param name="delay">Time since it was sent.</param>
    public void FirstToken(long prefillTokens, TimeSpan delay)
    {
        if (prefillTokens < SmallestWork || delay <= TimeSpan.Zero)
        {
            return;
        }

        rates[samples++ % Window] = prefillTokens / delay.TotalSeconds;
        if (samples >= FewestSamples)
        {
            var count = Math.Min(samples, Window);
            rates.AsSpan(0, count).CopyTo(sorted);
            sorted.AsSpan(0, count).Sort();
            PrefillTokensPerSecond = sorted[(int)(Quantile * (count - 1))];
        }
    }

    /// <summary>A request finished.</summary>
    /// <param name="promptTokens">Its prompt tokens.</param>
    /// <param name="outputTokens">Its output tokens.</param>
    /// <param name="now">The time.</param>
    public void Finished(int promptTokens, int outputTokens, TimeSpan now)
    {
        finished++;
        meanOutput += Math.Max(OutputSmoothing, 1.0 / finished) * (outputTokens - meanOutput);
        releaseStart ??= now;
        releasedTokens += promptTokens + outputTokens;
        var elapsed = now - releaseStart.Value;
        if (elapsed < ReleaseWindow)
        {
            return;
        }

        var rate = releasedTokens / elapsed.TotalSeconds;
        ReleasedTokensPerSecond = ReleasedTokensPerSecond is { } known ? known + (ReleaseSmoothing * (rate - known)) : rate;
        releaseStart = now;
        releasedTokens = 0;
    }
}
