namespace HalfFull.Traces.Formats;

/// <summary>HalfFull's own trace: JSON lines that hold everything a <see cref="TraceRow"/> does. The gateway writes it too.</summary>
public sealed class HalfFullFormat : ITraceFormat
{
    private static readonly ColumnMap Map = new(
        TimeUnit.Seconds,
        ("arrival_s", TraceColumn.Arrival),
        ("prompt_tokens", TraceColumn.Prompt),
        ("output_tokens", TraceColumn.Output),
        ("max_tokens", TraceColumn.Max),
        ("tenant", TraceColumn.Tenant),
        ("priority", TraceColumn.Priority),
        ("session", TraceColumn.Session),
        ("program", TraceColumn.Program),
        ("prefix_hashes", TraceColumn.PrefixHashes),
        ("prefix_unit_tokens", TraceColumn.PrefixUnit));

    /// <inheritdoc/>
    public string Name => "halffull";

    /// <inheritdoc/>
    public string Signature => "JSON lines with arrival_s, prompt_tokens, output_tokens";

    /// <inheritdoc/>
    public bool HasHeader => false;

    /// <inheritdoc/>
    public bool HasQuotedLines => false;

    /// <inheritdoc/>
    public bool Recognises(ReadOnlySpan<byte> firstLine) => JsonLineParser.HasMembers(firstLine, "arrival_s", "prompt_tokens", "output_tokens");

    /// <inheritdoc/>
    public ITraceLineParser CreateParser(ReadOnlySpan<byte> firstLine, TracePosition position) => new JsonLineParser(Map);
}
