namespace HalfFull.Traces.Formats;

/// <summary>
/// Mooncake's traces (Qin et al., FAST 2025): JSON lines with a time in milliseconds, lengths, and one chained id for every 512 tokens of
/// the prompt, the last of which may stand for less. Only full units can be reused, so that last id does no harm.
/// </summary>
public sealed class MooncakeFormat : ITraceFormat
{
    /// <summary>Tokens that one id stands for.</summary>
    public const int UnitTokens = 512;

    private static readonly ColumnMap Map = new(
        TimeUnit.Milliseconds,
        ("timestamp", TraceColumn.Arrival),
        ("input_length", TraceColumn.Prompt),
        ("output_length", TraceColumn.Output),
        ("hash_ids", TraceColumn.PrefixHashes))
    { PrefixUnitTokens = UnitTokens };

    /// <inheritdoc/>
    public string Name => "mooncake";

    /// <inheritdoc/>
    public string Signature => "JSON lines with timestamp, input_length, output_length";

    /// <inheritdoc/>
    public bool HasHeader => false;

    /// <inheritdoc/>
    public bool HasQuotedLines => false;

    /// <inheritdoc/>
    public bool Recognises(ReadOnlySpan<byte> firstLine) => JsonLineParser.HasMembers(firstLine, "timestamp", "input_length", "output_length");

    /// <inheritdoc/>
    public ITraceLineParser CreateParser(ReadOnlySpan<byte> firstLine, TracePosition position) => new JsonLineParser(Map);
}
