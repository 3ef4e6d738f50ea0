namespace HalfFull.Scheduling;

/// <summary>Whether a replica can start a request soon, so that it is better sent than kept.</summary>
internal static class FrontRoom
{
    /// <summary>Why it cannot; <see cref="HeldReason.None"/> when it can.</summary>
    internal static HeldReason Lacks(in FrontReplica replica, Request request, FrontLimits limits)
    {
        // An idle replica takes anything: whatever its figures say, nothing of ours would ever change them.
        if (replica.View.InFlightRequests == 0 && replica.UnstartedRequests == 0)
        {
            return HeldReason.None;
        }

        var most = replica.View.PrefillTokensPerSecond is { } rate && double.IsFinite(rate)
            ? Math.Max(limits.MostUnstartedTokens, rate * limits.MostUnstartedTime.TotalSeconds)
            : limits.MostUnstartedTokens;
        if (replica.UnstartedTokens >= most)
        {
            return HeldReason.Prefill;
        }

        if (replica.UnstartedRequests >= limits.MostUnstartedRequests || (!replica.IsReported && replica.View.InFlightRequests >= limits.MostRequests))
        {
            return HeldReason.Requests;
        }

        return HasMemory(replica, request) ? HeldReason.None : HeldReason.Memory;
    }

    /// <summary>Whether a request could ever run there: a prompt that is known to exceed its memory cannot.</summary>
    internal static bool Fits(in FrontReplica replica, FrontEntry entry) =>
        !entry.IsExact || replica.View.KvCapacityTokens is not { } capacity || entry.Request.PromptTokens <= capacity;

    private static bool HasMemory(in FrontReplica replica, Request request) =>
        replica.View.KvCapacityTokens is not { } capacity
        || (replica.View.KvTokensInUse ?? 0) + (replica.View.KvTokensQueued ?? 0) + replica.View.UnreportedPromptTokens + request.PromptTokens <= capacity;
}
