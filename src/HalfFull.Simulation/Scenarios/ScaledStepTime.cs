using HalfFull.Engine.StepTime;

namespace HalfFull.Simulation.Scenarios;

/// <summary>A step model slowed down.</summary>
/// <param name="inner">The model at full speed.</param>
/// <param name="factor">Steps take so many times as long; above 0.</param>
internal sealed class ScaledStepTime(IStepTimeModel inner, double factor) : IStepTimeModel
{
    /// <inheritdoc/>
    public TimeSpan Predict(in StepShape shape) => new(Math.Max(1, (long)Math.Round(inner.Predict(shape).Ticks * factor)));
}
