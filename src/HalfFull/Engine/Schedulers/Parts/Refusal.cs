namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>How long the refusal of the head of a queue lasts while everybody only decodes.</summary>
internal static class Refusal
{
    /// <summary>
    /// Holds the plan of a scheduler whose head of the queue must fit only with its next chunk. Decoding takes blocks and gives none back, so a refusal
    /// stands; unless the head's cached prefix counts in what it needs: when a decode evicts a unit of that, the chunk moves nearer to the front, and the
    /// whole need may shrink by more blocks than the decode took.
    /// </summary>
    internal static void HoldByChunk(StepPlan plan, Sequence? refused)
    {
        if (refused is null || plan.CachedTokens(refused) == 0)
        {
            plan.HoldFor(int.MaxValue);
        }
    }
}
