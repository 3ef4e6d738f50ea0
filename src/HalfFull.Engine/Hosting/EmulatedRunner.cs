using HalfFull.Engine.StepTime;

namespace HalfFull.Engine.Hosting;

/// <summary>
/// An engine without a GPU: a step takes the time that a step-time model predicts and yields made-up words. Steps end at absolute moments, so that
/// late wake-ups do not add up over steps of a few milliseconds.
/// </summary>
public sealed class EmulatedRunner(IStepTimeModel stepTime, EngineClock clock) : IModelRunner
{
    // Four characters each, so that a conversation that returns has the number of tokens that characters / 4 says.
    private static readonly string[] Words = [" the", " gpu", " is ", "half", " ful", "l or", " hal", "f em", "pty,", " and", " we ", "fill", " it ", "up. "];

    /// <inheritdoc/>
    public TimeSpan Run(StepPlan plan, TimeSpan start)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var end = start + stepTime.Predict(plan.Shape);
        clock.WaitUntil(end);
        return end;
    }

    /// <inheritdoc/>
    public GeneratedToken Token(Sequence sequence, int index, bool isLast) => new(Words[index % Words.Length], isLast);
}
