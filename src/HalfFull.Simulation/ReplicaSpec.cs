using HalfFull.Engine;
using HalfFull.Engine.StepTime;

namespace HalfFull.Simulation;

/// <summary>One replica of a fleet: its limits and the model of its step times.</summary>
/// <param name="Limits">What it may hold and do.</param>
/// <param name="StepTime">How long its steps take.</param>
public sealed record ReplicaSpec(EngineLimits Limits, IStepTimeModel StepTime)
{
    /// <summary>Which part of serving a request it does.</summary>
    public ReplicaRole Role { get; init; }

    /// <summary>
    /// Network time from a gateway to the replica and back. The whole of it is spent on the way there: with constant times, what a gateway sees is the same to the
    /// tick wherever it is spent.
    /// </summary>
    public TimeSpan Latency { get; init; }
}
