using System.Runtime.InteropServices;

namespace HalfFull.Traces.Decisions;

/// <summary>One file of a decision log.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Bytes">Its length when the folder was opened.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LogFileEntry(string Path, long Bytes);
