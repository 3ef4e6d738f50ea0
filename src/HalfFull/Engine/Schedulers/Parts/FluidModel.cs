using HalfFull.Engine.StepTime;

namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>
/// The equilibrium of WAIT: with a step time of a + b * KV tokens and rates lambda_j of classes with outputs l_j, the KV tokens in flight are M = A * step, where A =
/// sum of lambda_j * l_j * (prompt + l_j / 2), so that step = a / (1 - b A). Above capacity, a step with the whole cache in use.
/// </summary>
internal sealed class FluidModel
{
    private const double Smoothing = 0.01;
    private readonly double baseSeconds;
    private readonly double secondsPerToken;
    private readonly double longestSeconds;
    private double meanPrompt;

    internal FluidModel(IStepTimeModel stepTime, EngineLimits limits)
    {
        const int batch = 32;
        var capacity = limits.KvCapacityTokens;
        baseSeconds = stepTime.Predict(StepShape.Decode(batch, batch)).TotalSeconds;
        longestSeconds = Math.Max(baseSeconds, stepTime.Predict(StepShape.Decode(batch, Math.Max(batch, capacity))).TotalSeconds);
        secondsPerToken = (longestSeconds - baseSeconds) / capacity;
    }

    /// <summary>Takes in a prompt.</summary>
    internal void Learn(int promptTokens) => meanPrompt += (meanPrompt == 0 ? 1 : Smoothing) * (promptTokens - meanPrompt);

    /// <summary>Seconds of a step in equilibrium; class j has outputs of about 1.5 * 2^j tokens.</summary>
    internal double StepSeconds(ArrivalRate[] classes)
    {
        var tokens = 0.0;
        for (var j = 0; j < classes.Length; j++)
        {
            var output = 1.5 * (1L << j);
            tokens += classes[j].PerSecond * output * (meanPrompt + (output / 2));
        }

        var share = secondsPerToken * tokens;
        return share < 1 ? Math.Min(longestSeconds, baseSeconds / (1 - share)) : longestSeconds;
    }
}
