namespace HalfFull.Traces.Formats;

/// <summary>The Azure LLM inference traces of 2023 and 2024: date-time, prompt tokens, output tokens (Patel et al., "Splitwise", ISCA 2024).</summary>
public sealed class AzureFormat : ITraceFormat
{
    private static readonly ColumnMap Map = new(
        TimeUnit.DateTime, ("TIMESTAMP", TraceColumn.Arrival), ("ContextTokens", TraceColumn.Prompt), ("GeneratedTokens", TraceColumn.Output));

    /// <inheritdoc/>
    public string Name => "azure";

    /// <inheritdoc/>
    public string Signature => "header TIMESTAMP,ContextTokens,GeneratedTokens";

    /// <inheritdoc/>
    public bool HasHeader => true;

    /// <inheritdoc/>
    public bool HasQuotedLines => false;

    /// <inheritdoc/>
    public bool Recognises(ReadOnlySpan<byte> firstLine) => firstLine.SequenceEqual("TIMESTAMP,ContextTokens,GeneratedTokens"u8);

    /// <inheritdoc/>
    public ITraceLineParser CreateParser(ReadOnlySpan<byte> firstLine, TracePosition position) => new CsvParser(firstLine, Map, position);
}
