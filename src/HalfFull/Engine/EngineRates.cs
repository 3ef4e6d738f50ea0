using HalfFull.Engine.StepTime;
using HalfFull.Queueing;

namespace HalfFull.Engine;

/// <summary>
/// Rates that an engine measures on line, for policies of both levels. Definitions and constants: the page on LARRY and SAL, section 1.1.
/// All state moves in steps that prefill or in finishes, never in a step that only decodes.
/// </summary>
public sealed class EngineRates : IServiceRates
{
    private const double PrefillSmoothing = 0.05;
    private const double ReleaseSmoothing = 0.3;
    private const double ReleaseFloor = 500;
    private const int OutputWindow = 1000;
    private const int OutputsBeforeMean = 20;
    private const int MeanOutputPrior = 256;

    private readonly int[] outputs = new int[OutputWindow];
    private readonly int prefillThreshold;
    private long finished;
    private long outputSum;
    private TimeSpan? windowStart;
    private long windowTokens;

    /// <summary>Start values for an engine whose full-budget prefill step is predicted by <paramref name="stepTime"/>.</summary>
    public EngineRates(EngineLimits limits, IStepTimeModel stepTime)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(stepTime);
        var full = stepTime.Predict(default(StepShape).WithChunk(limits.TokenBudget, 0));
        PrefillTokensPerSecond = limits.TokenBudget / full.TotalSeconds;
        prefillThreshold = Math.Max(256, limits.TokenBudget / 2);
    }

    /// <summary>R: prefill tokens per second of steps with more than max(256, budget / 2) prefill tokens; EWMA 0.05.</summary>
    public double PrefillTokensPerSecond { get; private set; }

    /// <summary>M: KV tokens freed per second by finishing sequences, over windows of at least 1 s closed by a finish; EWMA 0.3, at least 500.</summary>
    public double ReleasedTokensPerSecond { get; private set; } = ReleaseFloor;

    /// <summary>o_mean: mean output tokens of the last 1,000 finished requests; 256 until 20 have finished.</summary>
    public double MeanOutputTokens =>
        finished < OutputsBeforeMean ? MeanOutputPrior : (double)outputSum / Math.Min(finished, OutputWindow);

    internal void Arrived(TimeSpan now) => windowStart ??= now;

    internal void StepDone(in StepReport step)
    {
        // A clock too coarse for the step, or one that jumped, tells nothing about the rate.
        if (step.PrefillTokens > prefillThreshold && step.Duration > TimeSpan.Zero)
        {
            var rate = step.PrefillTokens / step.Duration.TotalSeconds;
            PrefillTokensPerSecond += PrefillSmoothing * (rate - PrefillTokensPerSecond);
        }
    }

    internal void Finished(TimeSpan now, int outputTokens, int freedTokens)
    {
        var index = (int)(finished++ % OutputWindow);
        outputSum += outputTokens - outputs[index];
        outputs[index] = outputTokens;
        windowTokens += freedTokens;
        windowStart ??= now;
        var elapsed = now - windowStart.Value;
        if (elapsed >= TimeSpan.FromSeconds(1))
        {
            var rate = windowTokens / elapsed.TotalSeconds;
            ReleasedTokensPerSecond = Math.Max(ReleaseFloor, ReleasedTokensPerSecond + (ReleaseSmoothing * (rate - ReleasedTokensPerSecond)));
            windowStart = now;
            windowTokens = 0;
        }
    }
}
