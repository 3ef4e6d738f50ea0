using System.Text.Json;
using System.Text.Json.Serialization;

namespace HalfFull.Metrics;

/// <summary>The JSON document of one command, schema <c>halffull.run/1</c>: fields may be added, never renamed.</summary>
/// <param name="Command">The command line that wrote it.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Seed">The first seed.</param>
/// <param name="Trace">The trace that was run.</param>
/// <param name="Runs">The runs, in the order in which they are reported.</param>
public sealed record RunDocument(string Command, string Version, long Seed, TraceIdentity Trace, IReadOnlyList<RunEntry> Runs)
{
    /// <summary>Name and version of the schema.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema { get; } = "halffull.run/1";

    /// <summary>Reads a document.</summary>
    /// <param name="json">Its bytes, UTF-8.</param>
    /// <exception cref="JsonException">It is not a document of this schema.</exception>
    public static RunDocument Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, RunDocumentJson.Readable.RunDocument) ?? throw new JsonException("The document is null.");

    /// <summary>Writes the document to a file that appears whole or not at all.</summary>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    public void Save(string path)
    {
        using var file = new AtomicFile(path);
        Write(file.Stream);
        file.Commit();
    }

    /// <summary>Writes the document: UTF-8, indented, lines end with LF.</summary>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        JsonSerializer.Serialize(stream, this, RunDocumentJson.Readable.RunDocument);
        stream.WriteByte((byte)'\n');
    }
}
