namespace HalfFull.Traces;

/// <summary>Turns lines into rows, for one pass over one file.</summary>
public interface ITraceLineParser
{
    /// <summary>The row on a line; its arrival is on the file's own clock, whatever its zero.</summary>
    /// <exception cref="TraceException">The line is not a valid row.</exception>
    TraceRow Parse(ReadOnlySpan<byte> line, TracePosition position);
}
