namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>The optimistic style of reservation: what is known now must fit, whatever the running sequences will still generate.</summary>
internal static class WholePrompt
{
    /// <summary>Whether all known tokens of a waiting sequence fit while the given number of blocks stays free.</summary>
    internal static bool Fits(StepPlan plan, Sequence sequence, int keptBlocks = 0) =>
        plan.BlocksToHold(sequence, sequence.KnownTokens) <= plan.FreeBlocks - keptBlocks;

    /// <summary>
    /// Whether what a waiting sequence has to compute fits into this step. An engine without chunked prefill has no budget of ours; where a prompt is longer than
    /// the whole budget, the first in a step may be cut by it, since it could otherwise never run.
    /// </summary>
    internal static bool FitsStep(StepPlan plan, Sequence sequence, bool prefills) =>
        !prefills || sequence.KnownTokens - plan.CachedTokens(sequence) <= plan.TokensLeft;
}
