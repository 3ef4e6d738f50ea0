using System.Runtime.InteropServices;

namespace HalfFull.Migration;

/// <summary>Two replicas, of which one gives a sequence to the other.</summary>
/// <param name="Source">Place of the one that gives.</param>
/// <param name="Target">Place of the one that takes.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MigrationPair(int Source, int Target);
