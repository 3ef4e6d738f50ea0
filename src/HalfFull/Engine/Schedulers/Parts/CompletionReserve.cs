namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>
/// The pessimistic style of reservation: every running sequence may grow to its limit, so that nobody is ever preempted. Blocks are promised here, not taken: a
/// policy that takes them at once (<see cref="Blocks"/> as the reserve of <see cref="StepPlan.TryAdmit"/>) needs no promise. Open it once per plan.
/// </summary>
internal sealed class CompletionReserve
{
    private int promised;

    /// <summary>Blocks of a sequence at its longest: prompt and output limit, less the last token, which is sampled and never computed.</summary>
    internal static int Blocks(EngineLimits limits, Sequence sequence) => limits.BlocksFor(sequence.PromptTokens + sequence.OutputLimit - 1);

    /// <summary>Sums up what the running sequences may still take.</summary>
    internal void Open(in EngineSnapshot engine)
    {
        promised = 0;
        foreach (var sequence in engine.Running)
        {
            Count(engine.Limits, sequence);
        }
    }

    /// <summary>Whether a waiting sequence can run to its limit beside the others.</summary>
    internal bool Admits(EngineLimits limits, StepPlan plan, Sequence sequence) =>
        plan.BlocksToHold(sequence, sequence.PromptTokens + sequence.OutputLimit - 1) <= plan.FreeBlocks - promised;

    /// <summary>Counts a sequence that has been admitted.</summary>
    internal void Count(EngineLimits limits, Sequence sequence) =>
        promised += sequence.State == SequenceState.Running ? Math.Max(0, Blocks(limits, sequence) - sequence.HeldBlocks) : 0;
}
