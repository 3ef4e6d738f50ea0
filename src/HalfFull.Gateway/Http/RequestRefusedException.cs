namespace HalfFull.Gateway.Http;

/// <summary>A request that gets an error in OpenAI's shape instead of an answer.</summary>
internal sealed class RequestRefusedException(int status, string code, string message) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>Machine-readable code.</summary>
    public string Code { get; } = code;

    /// <summary>Seconds after which it is worth trying again; null when it is not.</summary>
    public int? RetryAfterSeconds { get; init; }
}
