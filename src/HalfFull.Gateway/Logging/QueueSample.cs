using System.Runtime.InteropServices;
using HalfFull.Scheduling;

namespace HalfFull.Gateway.Logging;

/// <summary>Where a request stood in the queue at a moment.</summary>
/// <param name="At">When.</param>
/// <param name="Position">Its place in the order, from 1; when it joined, the number that waited in its lane, itself included.</param>
/// <param name="Held">Why it was held; <see cref="HeldReason.None"/> when it joined.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct QueueSample(TimeSpan At, int Position, HeldReason Held);
