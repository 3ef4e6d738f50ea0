using System.Runtime.InteropServices;
using HalfFull.Scheduling;

namespace HalfFull.Traces.Decisions;

/// <summary>The choice in a <see cref="FrontDecision"/>: what must come out the same again.</summary>
/// <param name="Kind">What was decided.</param>
/// <param name="Request">The request that goes, is refused or is late; -1 on a hold.</param>
/// <param name="Index">Index among the replicas on a release; -1 otherwise.</param>
/// <param name="Held">Why the first in order is held.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LoggedDecision(FrontDecisionKind Kind, long Request, int Index, HeldReason Held)
{
    /// <summary>The choice in a decision.</summary>
    public static LoggedDecision Of(in FrontDecision decision) => new(decision.Kind, decision.Request?.Id ?? -1, decision.Index, decision.Held);
}
