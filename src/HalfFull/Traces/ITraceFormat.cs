namespace HalfFull.Traces;

/// <summary>One way of writing a trace as text lines.</summary>
public interface ITraceFormat
{
    /// <summary>Name in messages and on the command line.</summary>
    string Name { get; }

    /// <summary>What a file of this format starts with, in a few words.</summary>
    string Signature { get; }

    /// <summary>Whether the first line holds column names and no request.</summary>
    bool HasHeader { get; }

    /// <summary>Whether a record may continue on the next line inside quotes.</summary>
    bool HasQuotedLines { get; }

    /// <summary>Whether a file that starts with this line has this format.</summary>
    bool Recognises(ReadOnlySpan<byte> firstLine);

    /// <summary>A parser for one pass over a file that starts with this line.</summary>
    /// <exception cref="TraceException">The header lacks a column that the format needs.</exception>
    ITraceLineParser CreateParser(ReadOnlySpan<byte> firstLine, TracePosition position);
}
