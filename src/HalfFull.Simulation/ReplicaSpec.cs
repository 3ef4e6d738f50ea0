using HalfFull.Engine;
using HalfFull.Engine.StepTime;

namespace HalfFull.Simulation;

/// <summary>One replica of a fleet: its limits and the model of its step times.</summary>
/// <param name="Limits">What it may hold and do.</param>
/// <param name="StepTime">How long its steps take.</param>
public sealed record ReplicaSpec(EngineLimits Limits, IStepTimeModel StepTime);
