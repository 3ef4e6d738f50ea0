namespace HalfFull.Load.OpenAi;

/// <summary>What went wrong with a request: each failed request is counted in exactly one class.</summary>
public enum ErrorClass
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Nobody listens at the address.</summary>
    Refused,

    /// <summary>The host name or the route to it is unknown.</summary>
    Unreachable,

    /// <summary>No connection within the connect timeout.</summary>
    ConnectTimeout,

    /// <summary>The TLS handshake failed, or the certificate is not trusted.</summary>
    Tls,

    /// <summary>The connection broke before the response began.</summary>
    Reset,

    /// <summary>A status of 400 to 499 other than 429.</summary>
    Http4xx,

    /// <summary>Status 429: refused at the door.</summary>
    Http429,

    /// <summary>A status of 500 or above.</summary>
    Http5xx,

    /// <summary>The response is not what the API promises: another status, no HTTP, or events that are no JSON.</summary>
    Protocol,

    /// <summary>The stream ended without <c>[DONE]</c> and without a finish reason.</summary>
    Cut,

    /// <summary>The server sent an error event in the middle of the stream.</summary>
    StreamError,

    /// <summary>The client's own timeout passed.</summary>
    Timeout,
}
