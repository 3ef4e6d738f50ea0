using System.Runtime.InteropServices;

namespace HalfFull.Gateway.OpenAi;

/// <summary>A change to a body that is otherwise forwarded byte by byte.</summary>
/// <param name="Offset">Where.</param>
/// <param name="Removed">Bytes left out there.</param>
/// <param name="Inserted">Bytes put in there.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BodySplice(int Offset, int Removed, ReadOnlyMemory<byte> Inserted);
