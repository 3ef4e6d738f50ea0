using HalfFull.Engine;

namespace HalfFull.Gateway.Engines;

/// <summary>Computes steps: the seam between scheduling and a model, real or emulated. Called from the engine's own thread only.</summary>
public interface IModelRunner
{
    /// <summary>Computes the step of a plan and returns when its tokens exist.</summary>
    /// <param name="plan">What to compute.</param>
    /// <param name="start">Start of the step on the engine's clock.</param>
    /// <returns>End of the step on the same clock, not before its start.</returns>
    TimeSpan Run(StepPlan plan, TimeSpan start);

    /// <summary>Text of a token that a sequence has emitted.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="index">Number of the token, from 0 on.</param>
    string TextOf(Sequence sequence, int index);
}
