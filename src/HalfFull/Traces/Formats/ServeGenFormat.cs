namespace HalfFull.Traces.Formats;

/// <summary>
/// Requests sampled from ServeGen (Xiang et al., arXiv 2505.09999): seconds, prompt tokens, output tokens, and the client as tenant.
/// Other columns, such as the reasoning part of the output, are passed over.
/// </summary>
public sealed class ServeGenFormat : ITraceFormat
{
    private const string Client = "client_id";
    private static readonly (string, TraceColumn)[] Needed =
        [("arrival_s", TraceColumn.Arrival), ("input_tokens", TraceColumn.Prompt), ("output_tokens", TraceColumn.Output)];

    private static readonly ColumnMap Map = new(TimeUnit.Seconds, Needed);
    private static readonly ColumnMap MapWithClient = new(TimeUnit.Seconds, [.. Needed, (Client, TraceColumn.Tenant)]);

    /// <inheritdoc/>
    public string Name => "servegen";

    /// <inheritdoc/>
    public string Signature => "header arrival_s,input_tokens,output_tokens[,client_id][,reason_tokens]";

    /// <inheritdoc/>
    public bool HasHeader => true;

    /// <inheritdoc/>
    public bool HasQuotedLines => true;

    /// <inheritdoc/>
    public bool Recognises(ReadOnlySpan<byte> firstLine) => firstLine.StartsWith("arrival_s,input_tokens,output_tokens"u8);

    /// <inheritdoc/>
    public ITraceLineParser CreateParser(ReadOnlySpan<byte> firstLine, TracePosition position) =>
        new CsvParser(firstLine, CsvParser.Split(firstLine).Contains(Client) ? MapWithClient : Map, position);
}
