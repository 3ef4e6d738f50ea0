using System.Runtime.InteropServices;

namespace HalfFull.Scheduling;

/// <summary>A request that waits, and where it stands.</summary>
/// <param name="Request">The request as the host gave it.</param>
/// <param name="Lane">Its lane.</param>
/// <param name="Position">1 for the next of its lane.</param>
/// <param name="Attempt">0 for the first try.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct QueuedRequest(Request Request, int Lane, int Position, int Attempt);
