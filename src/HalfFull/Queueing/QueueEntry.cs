using System.Runtime.InteropServices;

namespace HalfFull.Queueing;

/// <summary>What an order may know of a request when it joins a waiting queue.</summary>
/// <param name="Request">The request.</param>
/// <param name="UncachedTokens">Tokens still to prefill: prompt, plus output generated before a preemption, less the prefix-cache hit.</param>
/// <param name="OutputTokens">Output generated before a preemption; 0 for a newcomer.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct QueueEntry(Request Request, int UncachedTokens, int OutputTokens)
{
    /// <summary>The slot of its sequence in an engine, by which a policy keeps what it knows of it; 0 in a gateway.</summary>
    public int Slot { get; init; }
}
