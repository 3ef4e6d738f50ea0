using HalfFull.Traces.Formats;

namespace HalfFull.Traces.Writers;

/// <summary>Writes Mooncake's format: whole milliseconds, and an empty list of ids for a request whose prefix is unknown.</summary>
public sealed class MooncakeWriter : ITraceLineWriter
{
    private readonly JsonLineWriter line = new();

    /// <inheritdoc/>
    public string Name => "mooncake";

    /// <inheritdoc/>
    public IReadOnlyList<TraceColumn> Holds { get; } = [TraceColumn.PrefixHashes];

    /// <inheritdoc/>
    public void WriteHeader(Stream stream)
    {
    }

    /// <inheritdoc/>
    public void Write(Stream stream, in TraceRow row)
    {
        if (!row.PrefixHashes.IsEmpty && row.PrefixUnitTokens != MooncakeFormat.UnitTokens)
        {
            throw new TraceException($"The trace's prefix ids stand for {row.PrefixUnitTokens} tokens each, but in the mooncake format for {MooncakeFormat.UnitTokens}; convert to the halffull format instead.");
        }

        var json = line.Start();
        json.WriteNumber("timestamp", row.Arrival.Ticks / TimeSpan.TicksPerMillisecond);
        json.WriteNumber("input_length", row.PromptTokens);
        json.WriteNumber("output_length", row.OutputTokens);
        json.WriteStartArray("hash_ids");
        foreach (var hash in row.PrefixHashes.Span)
        {
            json.WriteNumberValue(hash);
        }

        json.WriteEndArray();
        line.End(stream);
    }
}
