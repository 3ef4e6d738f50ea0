namespace HalfFull.Engine.Hosting;

/// <summary>Computes steps: the seam between scheduling and a model, real or emulated. Called from the engine's own thread only.</summary>
public interface IModelRunner
{
    /// <summary>Sequences whose token of the last step ends them, as the model or a stop text says.</summary>
    ReadOnlySpan<Sequence> Stopped => default;

    /// <summary>Sequences whose part of the last step could not be computed: the host aborts them.</summary>
    ReadOnlySpan<Sequence> Failed => default;

    /// <summary>Prefix units whose KV has gone since the last step began, although the core may count them as cached: the host tells the core before the next step.</summary>
    ReadOnlySpan<long> LostPrefixes => default;

    /// <summary>A request has joined the queue.</summary>
    /// <param name="sequence">Its sequence.</param>
    /// <param name="input">What a real model needs of it; null where only sizes count.</param>
    void Begin(Sequence sequence, GenerationInput? input)
    {
    }

    /// <summary>Computes the step of a plan and returns when its tokens exist.</summary>
    /// <param name="plan">What to compute.</param>
    /// <param name="start">Start of the step on the engine's clock.</param>
    /// <returns>End of the step on the same clock, not before its start.</returns>
    TimeSpan Run(StepPlan plan, TimeSpan start);

    /// <summary>The token that a sequence has emitted in the last step.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="index">Number of the token, from 0 on.</param>
    /// <param name="isLast">Whether it is the sequence's last one.</param>
    GeneratedToken Token(Sequence sequence, int index, bool isLast);

    /// <summary>A request has left; its last token has been asked for before.</summary>
    void End(Sequence sequence)
    {
    }
}
