using System.Globalization;
using System.Runtime.InteropServices;

namespace HalfFull.Traces.Decisions;

/// <summary>A place in a decision log.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Offset">Offset in it of the block, bytes.</param>
/// <param name="Record">Number of the record in the block, from 0.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LogPosition(string File, long Offset, int Record)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}, offset {Offset}, record {Record}");
}
