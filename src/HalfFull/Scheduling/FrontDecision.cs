using System.Runtime.InteropServices;

namespace HalfFull.Scheduling;

/// <summary>One decision of a <see cref="FrontScheduler"/>.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FrontDecision
{
    /// <summary>What was decided.</summary>
    public FrontDecisionKind Kind { get; private init; }

    /// <summary>The request that goes, is refused or is late; null on a hold.</summary>
    public Request? Request { get; private init; }

    /// <summary>Index among the replicas given, on a release; -1 otherwise.</summary>
    public int Index { get; private init; }

    /// <summary>Why the first in order is held, on a hold; <see cref="HeldReason.None"/> when nobody waits.</summary>
    public HeldReason Held { get; private init; }

    /// <summary>The router's reason, on a release or a refusal; empty otherwise.</summary>
    public string Reason { get; private init; }

    /// <summary>Time since it joined the queue.</summary>
    public TimeSpan Waited { get; private init; }

    /// <summary>Prompt tokens that the replica chosen should have cached, on a release whose router was told; null otherwise.</summary>
    public int? CachedPromptTokens { get; private init; }

    /// <summary>Whether the release passes the request that waits longest by more than the policy's bound allows: never, unless there is a fault.</summary>
    public bool BreaksBound { get; private init; }

    /// <summary>
    /// How long it could have had to wait at most: what was before it and what came later and might pass it, at the service rate given or half of the learned one. Null
    /// where the policy has no bound, or while no rate is known.
    /// </summary>
    public TimeSpan? WaitBound { get; private init; }

    internal static FrontDecision Hold(HeldReason reason) => new() { Kind = FrontDecisionKind.Hold, Index = -1, Held = reason, Reason = string.Empty };

    internal static FrontDecision Release(Request request, int index, string reason, TimeSpan waited, int? cachedPromptTokens, bool breaksBound, TimeSpan? waitBound) =>
        new()
        {
            Kind = FrontDecisionKind.Release,
            Request = request,
            Index = index,
            Reason = reason,
            Waited = waited,
            CachedPromptTokens = cachedPromptTokens,
            BreaksBound = breaksBound,
            WaitBound = waitBound,
        };

    internal static FrontDecision Reject(Request request, string reason, TimeSpan waited) =>
        new() { Kind = FrontDecisionKind.Reject, Request = request, Index = -1, Reason = reason, Waited = waited };

    internal static FrontDecision Expire(Request request, TimeSpan waited) =>
        new() { Kind = FrontDecisionKind.Expire, Request = request, Index = -1, Reason = string.Empty, Waited = waited };
}
