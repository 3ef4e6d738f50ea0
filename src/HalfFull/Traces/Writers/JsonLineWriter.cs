using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace HalfFull.Traces.Writers;

/// <summary>One JSON object and a line end, written through a reused buffer.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Over a buffer in memory the JSON writer holds nothing to free.")]
internal sealed class JsonLineWriter
{
    private readonly ArrayBufferWriter<byte> buffer = new();
    private readonly Utf8JsonWriter json;

    public JsonLineWriter() => json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });

    /// <summary>Starts an object; its members go to the result.</summary>
    public Utf8JsonWriter Start()
    {
        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        return json;
    }

    /// <summary>Ends the object and writes the line.</summary>
    public void End(Stream stream)
    {
        json.WriteEndObject();
        json.Flush();
        stream.Write(buffer.WrittenSpan);
        stream.WriteByte((byte)'\n');
    }
}
