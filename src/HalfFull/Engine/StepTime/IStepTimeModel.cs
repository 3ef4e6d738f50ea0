namespace HalfFull.Engine.StepTime;

/// <summary>Predicts how long one step takes on some GPU. Pure: equal shapes give equal times, to the tick.</summary>
public interface IStepTimeModel
{
    /// <summary>Duration of one step of the given shape, host overhead included; at least one tick (100 ns).</summary>
    TimeSpan Predict(in StepShape shape);
}
