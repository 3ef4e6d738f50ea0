using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Policies;
using HalfFull.Prediction;

namespace HalfFull.Gateway.Workers;

/// <summary>An emulated replica.</summary>
/// <param name="Limits">What its engine may hold and do.</param>
/// <param name="StepTime">How long its steps take.</param>
public sealed record WorkerOptions(EngineLimits Limits, IStepTimeModel StepTime)
{
    /// <summary>Its engine scheduler.</summary>
    public PolicySpec Engine { get; init; } = PolicySpec.Parse("vllm");

    /// <summary>Who predicts output lengths for it; not one that needs the truth.</summary>
    public PredictorSpec Predictor { get; init; } = PredictorSpec.None;

    /// <summary>Seed of what the scheduler draws.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Address to bind to.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port; 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary>Model id that it serves.</summary>
    public string ModelId { get; init; } = "halffull-emulated";

    /// <summary>Largest request body, bytes.</summary>
    public int MostBodyBytes { get; init; } = 32 << 20;

    /// <summary>Its clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
