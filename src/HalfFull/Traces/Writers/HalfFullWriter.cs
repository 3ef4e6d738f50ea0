using System.Text.Json;

namespace HalfFull.Traces.Writers;

/// <summary>Writes HalfFull's own format; what is unknown is left out.</summary>
public sealed class HalfFullWriter : ITraceLineWriter
{
    private readonly JsonLineWriter line = new();

    /// <inheritdoc/>
    public string Name => "halffull";

    /// <inheritdoc/>
    public IReadOnlyList<TraceColumn> Holds { get; } =
        [TraceColumn.Max, TraceColumn.Tenant, TraceColumn.Priority, TraceColumn.Session, TraceColumn.Program, TraceColumn.PrefixHashes];

    /// <inheritdoc/>
    public void WriteHeader(Stream stream)
    {
    }

    /// <inheritdoc/>
    public void Write(Stream stream, in TraceRow row)
    {
        var json = line.Start();
        json.WriteNumber("arrival_s", (decimal)row.Arrival.Ticks / TimeSpan.TicksPerSecond);
        json.WriteNumber("prompt_tokens", row.PromptTokens);
        json.WriteNumber("output_tokens", row.OutputTokens);
        if (row.MaxOutputTokens is { } max)
        {
            json.WriteNumber("max_tokens", max);
        }

        WriteText(json, "tenant", row.Tenant);
        if (row.Priority != 0)
        {
            json.WriteNumber("priority", row.Priority);
        }

        WriteText(json, "session", row.Session);
        WriteText(json, "program", row.Program);
        WritePrefix(json, row);
        line.End(stream);
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WritePrefix(Utf8JsonWriter json, in TraceRow row)
    {
        if (row.PrefixHashes.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("prefix_hashes");
        foreach (var hash in row.PrefixHashes.Span)
        {
            json.WriteNumberValue(hash);
        }

        json.WriteEndArray();
        json.WriteNumber("prefix_unit_tokens", row.PrefixUnitTokens);
    }
}
