namespace HalfFull.Engine.Schedulers.Parts;

/// <summary>Finds waiting sequences whose next prefix unit somebody is computing just now, so that it is cheaper to wait for it than to compute it twice.</summary>
internal static class PrefixInProgress
{
    /// <summary>Whether a prefill that is already in the plan produces the first uncached unit of the waiting sequence.</summary>
    internal static bool Covers(EngineLimits limits, StepPlan plan, Sequence waiting)
    {
        var request = waiting.Request;
        if (!limits.PrefixCaching || request.PrefixHashes.IsEmpty)
        {
            return false;
        }

        var unitTokens = request.PrefixUnitTokens;
        var unit = plan.CachedTokens(waiting) / unitTokens;
        var end = (unit + 1) * unitTokens;
        var hashes = request.PrefixHashes.Span;
        if (unit >= hashes.Length || end > Math.Min(waiting.PromptTokens, waiting.KnownTokens - 1))
        {
            return false;
        }

        foreach (var other in plan.Scheduled)
        {
            if (other.ComputedTokens < end && end <= other.PromptTokens && other.Request.PrefixUnitTokens == unitTokens)
            {
                var theirs = other.Request.PrefixHashes.Span;
                if (unit < theirs.Length && theirs[unit] == hashes[unit])
                {
                    return true;
                }
            }
        }

        return false;
    }
}
