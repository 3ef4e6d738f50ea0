namespace HalfFull.Gateway.Replicas;

/// <summary>
/// What the gateway learns of a replica from its answers and reports: prefill rate, release rate, mean output, duration of a step. Unknown until enough was seen; routers then
/// take the mean of the fleet. Not thread-safe: <see cref="ReplicaPool"/> serialises it.
/// </summary>
public sealed class LearnedRates
{
    private const int FewestSamples = 8;
    private const double Quantile = 0.9; // a high one, so that fixed costs and decoding do not bias the rate down
    private const int SmallestWork = 256; // tokens; below, the fixed cost of a step drowns the rate
    private const double ReleaseSmoothing = 0.3;
    private const double OutputSmoothing = 0.02;
    private static readonly TimeSpan BusyWindow = TimeSpan.FromSeconds(1); // several steps, for a prompt may be computed in more than one
    private static readonly TimeSpan SameStep = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan ReleaseWindow = TimeSpan.FromSeconds(1);

    private readonly QuantileWindow rates = new(size: 64, Quantile, FewestSamples, renewal: 1);
    private readonly ReportedPrefill reported = new();
    private readonly StepTimes steps = new();
    private TimeSpan? busySince;
    private TimeSpan lastFirstToken;
    private long busyTokens;
    private TimeSpan? releaseStart;
    private long releasedTokens;
    private int finished;
    private double meanOutput;

    /// <summary>Prefill tokens per second; null until eight first tokens or stretches of reports told.</summary>
    public double? PrefillTokensPerSecond => rates.Value;

    /// <summary>Seconds of a step that decodes; null until known.</summary>
    public double? SecondsPerStep => steps.Seconds;

    /// <summary>KV tokens freed per second by finished requests, under load; null until known.</summary>
    public double? ReleasedTokensPerSecond { get; private set; }

    /// <summary>Mean output tokens; null until eight requests finished.</summary>
    public double? MeanOutputTokens => finished >= FewestSamples ? meanOutput : null;

    /// <summary>
    /// A first token came back. While requests without one are there all the time, the tokens of those that got theirs over the time that passed are the rate itself, whatever
    /// the order in which the engine took them: the delay of one request and the prompts sent before it would tell a larger rate of a longer queue, and a
    /// much larger one where short requests go first.
    /// </summary>
    /// <param name="prefillTokens">Prompt tokens of the request that had to be computed.</param>
    /// <param name="delay">Time since it was sent, when nothing else was to be prefilled then; null otherwise.</param>
    /// <param name="isBusy">Whether others are still without a first token.</param>
    /// <param name="now">The time.</param>
    public void FirstToken(int prefillTokens, TimeSpan? delay, bool isBusy, TimeSpan now)
    {
        reported.Shown();
        if (delay is { } alone)
        {
            Sample(prefillTokens, alone);
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

        busyTokens += prefillTokens;
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

    /// <summary>Tokens came back on a stream.</summary>
    /// <param name="lease">The stream.</param>
    /// <param name="now">The time.</param>
    internal void Output(Lease lease, TimeSpan now) => steps.Take(lease, now, hasEnded: false);

    /// <summary>A stream came to its end.</summary>
    internal void Ended(Lease lease, TimeSpan now) => steps.Take(lease, now, hasEnded: true);

    /// <summary>A replica gave a report.</summary>
    /// <param name="before">The one before, of the same epoch; null when it is the first.</param>
    /// <param name="after">This one.</param>
    /// <param name="time">Between them.</param>
    internal void Reported(EngineReport? before, EngineReport after, TimeSpan time)
    {
        if (before is null)
        {
            return;
        }

        steps.Take(before, after);
        if (reported.Take(before, after, time) is var (tokens, took))
        {
            Sample((long)tokens, took);
        }
    }

    private void Sample(long tokens, TimeSpan time)
    {
        if (tokens >= SmallestWork && time > TimeSpan.Zero)
        {
            rates.Add(tokens / time.TotalSeconds);
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
