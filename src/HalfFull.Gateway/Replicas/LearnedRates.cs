namespace HalfFull.Gateway.Replicas;

/// <summary>
/// What the gateway learns of a replica from its answers: prefill rate, release rate and mean output. Unknown until enough was seen; routers then take
/// the mean of the fleet. Not thread-safe: <see cref="ReplicaPool"/> serialises it.
/// </summary>
public sealed class LearnedRates
{
    private const int FewestSamples = 8;
    private const int Window = 64;
    private const double Quantile = 0.9; // a high one, so that fixed costs and decoding do not bias the rate down
    private const int SmallestWork = 256; // tokens; below, the fixed cost of a step drowns the rate
    private const double ReleaseSmoothing = 0.3;
    private const double OutputSmoothing = 0.02;
    private static readonly TimeSpan BusyWindow = TimeSpan.FromSeconds(1); // several steps, for a prompt may be computed in more than one
    private static readonly TimeSpan SameStep = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan ReleaseWindow = TimeSpan.FromSeconds(1);

    private readonly double[] rates = new double[Window];
    private readonly double[] sorted = new double[Window];
    private int samples;
    private TimeSpan? busySince;
    private TimeSpan lastFirstToken;
    private long busyTokens;
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

    /// <summary>
    /// A first token came back. While requests without one are there all the time, the tokens of those that got theirs over the time that passed are the rate itself, whatever
    /// the order in which the engine took them: the delay of one request and the prompts sent before it would tell a larger rate of a longer queue, and a
    /// much larger one where short requests go first.
    /// </summary>
    /// <param name="promptTokens">Prompt tokens of the request.</param>
    /// <param name="delay">Time since it was sent, when nothing else was to be prefilled then; null otherwise.</param>
    /// <param name="isBusy">Whether others are still without a first token.</param>
    /// <param name="now">The time.</param>
    public void FirstToken(int promptTokens, TimeSpan? delay, bool isBusy, TimeSpan now)
    {
        if (delay is { } alone)
        {
            Sample(promptTokens, alone);
        }

        if (busySince is { } since && now - lastFirstToken > SameStep)
        {
            // Another step: what the steps before it computed came at their ends, so that nothing is counted by halves.
            if (lastFirstToken - since >= BusyWindow)
            {
                Sample(busyTokens, lastFirstToken - since);
                (busySince, busyTokens) = (lastFirstToken, 0);
            }
        }

        busyTokens += promptTokens;
        lastFirstToken = now;
        if (!isBusy)
        {
            busySince = null;
        }
        else if (busySince is null)
        {
            (busySince, busyTokens) = (now, 0);
        }
    }

    /// <summary>Nothing is left there to prefill, though the last did not show it.</summary>
    public void Idle() => busySince = null;

    private void Sample(long tokens, TimeSpan time)
    {
        if (tokens < SmallestWork || time <= TimeSpan.Zero)
        {
            return;
        }

        rates[samples++ % Window] = tokens / time.TotalSeconds;
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
