using System.Runtime.InteropServices;

namespace HalfFull.Simulation.Gateways;

/// <summary>What a gateway knows of a replica itself, for the members of a <see cref="Routing.ReplicaView"/> of the same names.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct OwnFigures(
    long Epoch,
    TimeSpan Latency,
    int? CachedPromptTokens,
    int InFlightRequests,
    long InFlightPromptTokens,
    int InFlightStreaming,
    long InFlightPrefillTokens,
    int UnreportedRequests,
    long UnreportedPrefillTokens,
    long UnreportedPromptTokens);
