using System.Text.Json;
using System.Text.Json.Serialization;
using HalfFull.Metrics;

namespace HalfFull.Load.Documents;

/// <summary>The JSON document of one <c>bench</c> command, schema <c>halffull.bench/1</c>: fields may be added, never renamed.</summary>
/// <param name="Command">The command line that wrote it, without its key.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Trace">What was played.</param>
/// <param name="Runs">The runs.</param>
public sealed record BenchDocument(string Command, string Version, long Seed, TraceIdentity Trace, IReadOnlyList<BenchEntry> Runs)
{
    /// <summary>Name and version of the schema.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema { get; } = "halffull.bench/1";

    /// <summary>The comparison, when two servers were compared.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AbEntry? Ab { get; init; }

    /// <summary>The search, when the highest rate was looked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SweepEntry? Sweep { get; init; }

    /// <summary>Reads a document.</summary>
    /// <param name="json">Its bytes, UTF-8.</param>
    /// <exception cref="JsonException">It is not a document of this schema.</exception>
    public static BenchDocument Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, BenchDocumentJson.Default.BenchDocument) is { Runs: not null, Trace: not null } document
            ? document : throw new JsonException("The document is null.");

    /// <summary>Writes the document: UTF-8, indented, lines end with LF.</summary>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        JsonSerializer.Serialize(stream, this, BenchDocumentJson.Default.BenchDocument);
        stream.WriteByte((byte)'\n');
    }
}
