using System.Runtime.InteropServices;
using HalfFull.Simulation.Handovers;

namespace HalfFull.Simulation.Gateways;

/// <summary>A try at serving a request.</summary>
/// <param name="Job">The request with its true output length.</param>
/// <param name="Number">0 for the first, 1 for the first retry, and so on.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Attempt(Job Job, int Number)
{
    /// <summary>What it has of an earlier replica, where one prefills and another decodes; null until it is handed over, and once it decodes.</summary>
    internal Handover? Handover { get; init; }

    /// <summary>Whether its KV waits at a replica, so that it is to be sent to one that decodes.</summary>
    internal bool IsPrefilled => Handover?.Kept is not null;

    /// <summary>Tokens that it has generated before this try.</summary>
    internal int OutputTokens => Handover?.Sequence.OutputTokens ?? 0;
}
