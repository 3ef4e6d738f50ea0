using System.Globalization;

namespace HalfFull.Traces;

/// <summary>Where a reader stands in a trace file, for messages.</summary>
/// <param name="File">The file's path as the user gave it.</param>
/// <param name="Line">Line number from 1, counted after decompression.</param>
public readonly record struct TracePosition(string File, long Line)
{
    /// <summary>An error at this place.</summary>
    public TraceException Error(string message) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{File}, line {Line}: {message}"));
}
