using System.Net;

namespace HalfFull.Load.OpenAi;

/// <summary>Why a server cannot be measured, in one sentence that names its address.</summary>
internal static class ServerSentence
{
    private const int LongestMessage = 200;

    /// <summary>The sentence of a call that brought no response.</summary>
    public static string Unusable(Endpoint endpoint, Exception cause) => ErrorClassifier.Of(cause, headed: false) switch
    {
        ErrorClass.Refused => $"{endpoint} refuses the connection: no server listens on that port.",
        ErrorClass.Unreachable => $"{endpoint} cannot be reached; check the host name.",
        ErrorClass.ConnectTimeout => $"{endpoint} accepted no connection within {Duration.Format(OpenAiClient.ConnectTimeout)}: the host is off, or something on the way drops what is sent to it.",
        ErrorClass.Tls => $"{endpoint} failed the TLS handshake: {Excerpt.Of(cause.GetBaseException().Message, LongestMessage)}",
        ErrorClass.Protocol => $"{endpoint} does not speak HTTP: {Excerpt.Of(cause.Message, LongestMessage)}",
        _ => $"{endpoint} broke the connection before it answered: {Excerpt.Of(cause.Message, LongestMessage)}",
    };

    /// <summary>The sentence of a status other than 200.</summary>
    public static string Refusal(Endpoint endpoint, Uri url, HttpStatusCode status, string text) => status switch
    {
        HttpStatusCode.NotFound => $"{url} is not there (HTTP 404{Detail(text)}); check the address and the model.",
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => $"{endpoint} wants another key (HTTP {(int)status}); give --api-key.",
        _ => $"{url} answered the probe with HTTP {(int)status}{Detail(text)}",
    };

    private static string Detail(string text) => string.IsNullOrWhiteSpace(text) ? string.Empty : $": {Excerpt.Of(text, LongestMessage)}";
}
