using System.Net;
using System.Text.Json;

namespace HalfFull.Cli.Options;

/// <summary>The address of a gateway of HalfFull, and what to say when what answers there refuses.</summary>
internal static class GatewayAddress
{
    /// <summary>Where <c>serve</c> listens by default.</summary>
    public const string Default = "http://127.0.0.1:8080";

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Uri Parse(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw new FormatException($"'{text}' is not an address such as {Default}.");

    /// <summary>The sentence for an answer that is a refusal.</summary>
    public static string Refusal(Uri gateway, HttpStatusCode status, byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return $"{gateway} refuses: {document.RootElement.GetProperty("error").GetProperty("message").GetString()}";
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"{gateway} answers {(int)status}, so it is no gateway of HalfFull.";
        }
    }
}
