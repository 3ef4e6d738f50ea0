namespace HalfFull.Traces.Writers;

/// <summary>Writes rows in one format.</summary>
public interface ITraceLineWriter
{
    /// <summary>Name of the format.</summary>
    string Name { get; }

    /// <summary>What the format can hold besides arrival, prompt and output.</summary>
    IReadOnlyList<TraceColumn> Holds { get; }

    /// <summary>Writes what stands above the rows, if anything.</summary>
    void WriteHeader(Stream stream);

    /// <summary>Writes one row and its line end.</summary>
    /// <exception cref="TraceException">The format cannot express the row.</exception>
    void Write(Stream stream, in TraceRow row);
}
