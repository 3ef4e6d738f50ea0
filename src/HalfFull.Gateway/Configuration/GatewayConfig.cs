using System.Text.Json;

namespace HalfFull.Gateway.Configuration;

/// <summary>A configuration file, read.</summary>
/// <param name="Options">What it says of the gateway, and the defaults for the rest.</param>
public sealed record GatewayConfig(GatewayOptions Options)
{
    private const int MostBytes = 4 << 20;

    /// <summary>Emulated replicas to start; null when it names real ones, or none.</summary>
    public int? EmulatedReplicas { get; init; }

    /// <summary>How long open requests may take to finish at the end; null when it does not say.</summary>
    public TimeSpan? Grace { get; init; }

    /// <summary>Where traces and metrics go.</summary>
    public TelemetryOptions Telemetry { get; init; } = new();

    /// <summary>Reads a file: JSON, in which comments and trailing commas are allowed and unknown fields are not.</summary>
    /// <param name="file">Its path.</param>
    /// <exception cref="FormatException">It is not accepted; one sentence names the file, the field, the value and what would be.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static GatewayConfig Read(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        byte[] bytes;
        try
        {
            bytes = new FileInfo(file) is { Exists: true, Length: > MostBytes }
                ? throw new FormatException($"{file} is larger than the 4 MiB that a configuration may have.")
                : File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"The configuration {file} cannot be read: {error.Message}", error);
        }

        return Parse(bytes, file);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="file">Name for errors; paths in the text count from its folder.</param>
    /// <exception cref="FormatException">It is not accepted.</exception>
    public static GatewayConfig Parse(ReadOnlyMemory<byte> utf8, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions
            {
                AllowDuplicateProperties = false,
                AllowTrailingCommas = true,
                CommentHandling = JsonCommentHandling.Skip,
            });
            return ConfigReader.Read(new ConfigObject(document.RootElement, file, string.Empty));
        }
        catch (JsonException error)
        {
            throw new FormatException($"{file} is no JSON: {error.Message}", error);
        }
    }
}
