using System.Text.Json;

namespace HalfFull.Traces;

/// <summary>Writes HalfFull's own trace format: one JSON object a line, absent members where nothing is known.</summary>
public static class TraceWriter
{
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true };

    /// <summary>Writes all rows; the stream stays open.</summary>
    /// <returns>The number of rows written.</returns>
    public static long Write(Stream stream, IEnumerable<TraceRow> rows)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(rows);
        using var json = new Utf8JsonWriter(stream, Options);
        var count = 0L;
        foreach (var row in rows)
        {
            Write(json, row);
            json.Flush();
            json.Reset();
            stream.WriteByte((byte)'\n');
            count++;
        }

        return count;
    }

    private static void Write(Utf8JsonWriter json, in TraceRow row)
    {
        json.WriteStartObject();
        json.WriteNumber("arrival_s", (decimal)row.Arrival.Ticks / TimeSpan.TicksPerSecond);
        json.WriteNumber("prompt_tokens", row.PromptTokens);
        json.WriteNumber("output_tokens", row.OutputTokens);
        json.WriteEndObject();
    }
}
