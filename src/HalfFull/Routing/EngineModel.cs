using HalfFull.Engine;
using HalfFull.Engine.StepTime;

namespace HalfFull.Routing;

/// <summary>How the engine of a replica behaves, for routers that look ahead.</summary>
/// <param name="Limits">What it may hold and do.</param>
/// <param name="StepTime">Predicts the duration of its steps.</param>
public sealed record EngineModel(EngineLimits Limits, IStepTimeModel StepTime);
