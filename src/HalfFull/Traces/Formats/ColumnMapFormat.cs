namespace HalfFull.Traces.Formats;

/// <summary>Anyone's log, by a map of its columns: JSON lines when the first line is an object, otherwise CSV with a header.</summary>
/// <param name="map">The columns.</param>
/// <param name="isJson">Whether the lines are JSON objects.</param>
public sealed class ColumnMapFormat(ColumnMap map, bool isJson) : ITraceFormat
{
    /// <inheritdoc/>
    public string Name => "columns";

    /// <inheritdoc/>
    public string Signature => "whatever the columns name";

    /// <inheritdoc/>
    public bool HasHeader => !isJson;

    /// <inheritdoc/>
    public bool HasQuotedLines => !isJson;

    /// <summary>Whether a file that starts with this line is read as JSON lines.</summary>
    public static bool LooksLikeJson(ReadOnlySpan<byte> firstLine) => firstLine.TrimStart((byte)' ') is [(byte)'{', ..];

    /// <inheritdoc/>
    public bool Recognises(ReadOnlySpan<byte> firstLine) => LooksLikeJson(firstLine) == isJson;

    /// <inheritdoc/>
    public ITraceLineParser CreateParser(ReadOnlySpan<byte> firstLine, TracePosition position) =>
        isJson ? new JsonLineParser(map) : new CsvParser(firstLine, map, position);
}
