namespace HalfFull.Traces.Formats;

/// <summary>The Azure LLM inference traces of 2023: date-time, prompt tokens, output tokens (Patel et al., "Splitwise", ISCA 2024).</summary>
public sealed class AzureFormat : ITraceFormat
{
    private static ReadOnlySpan<byte> Header => "TIMESTAMP,ContextTokens,GeneratedTokens"u8;

    /// <inheritdoc/>
    public string Name => "azure";

    /// <inheritdoc/>
    public string Signature => "header TIMESTAMP,ContextTokens,GeneratedTokens";

    /// <inheritdoc/>
    public bool HasHeader => true;

    /// <inheritdoc/>
    public bool HasQuotedLines => false;

    /// <inheritdoc/>
    public bool Recognises(ReadOnlySpan<byte> firstLine) => firstLine.SequenceEqual(Header);

    /// <inheritdoc/>
    public ITraceLineParser CreateParser(ReadOnlySpan<byte> firstLine, TracePosition position) => new Parser();

    private sealed class Parser : ITraceLineParser
    {
        public TraceRow Parse(ReadOnlySpan<byte> line, TracePosition position)
        {
            var fields = new CsvLine(line);
            if (!fields.TryNext(out var time) || !fields.TryNext(out var prompt) || !fields.TryNext(out var output) || fields.TryNext(out _))
            {
                throw position.Error("expected 3 columns: TIMESTAMP,ContextTokens,GeneratedTokens");
            }

            if (!IsoTime.TryParse(time, out var ticks))
            {
                throw position.Error($"TIMESTAMP is {TraceField.Show(time)}, but must be a date-time such as 2023-11-16 18:17:03.9799600");
            }

            return new TraceRow(
                new TimeSpan(ticks),
                TraceField.Tokens(prompt, "ContextTokens", position),
                TraceField.Tokens(output, "GeneratedTokens", position));
        }
    }
}
