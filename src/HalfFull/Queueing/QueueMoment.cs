using System.Runtime.InteropServices;

namespace HalfFull.Queueing;

/// <summary>The state of a queue at the start of one pass over it.</summary>
/// <param name="Now">Time of the pass.</param>
/// <param name="Count">Items waiting.</param>
/// <param name="OldestArrival">Earliest arrival among them; <see cref="Now"/> when there are none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct QueueMoment(TimeSpan Now, int Count, TimeSpan OldestArrival);
