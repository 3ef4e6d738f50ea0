using HalfFull.Engine.StepTime;

namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>
/// Service in seconds of a step-time model instead of a clock: what a prompt token costs in a full step, and what a token costs in a decode step of 32 sequences of 512
/// tokens. The same work is charged the same, however busy the engine is.
/// </summary>
internal sealed class ModelledTime
{
    private const int Batch = 32;
    private const int Length = 512;

    internal ModelledTime(IStepTimeModel stepTime, EngineLimits limits)
    {
        PrefillTokenSeconds = stepTime.Predict(default(StepShape).WithChunk(limits.TokenBudget, 0)).TotalSeconds / limits.TokenBudget;
        DecodeStepSeconds = stepTime.Predict(StepShape.Decode(Batch, Batch * Length)).TotalSeconds;
    }

    /// <summary>Seconds of one prompt token.</summary>
    internal double PrefillTokenSeconds { get; }

    /// <summary>Seconds of one step in which a sequence decodes.</summary>
    internal double DecodeStepSeconds { get; }
}
