namespace HalfFull.Load.OpenAi;

/// <summary>The spelling of error classes in reports and files.</summary>
public static class ErrorClassName
{
    /// <summary>The name; empty for none.</summary>
    public static string Of(ErrorClass error) => error switch
    {
        ErrorClass.None => string.Empty,
        ErrorClass.Refused => "refused",
        ErrorClass.Unreachable => "unreachable",
        ErrorClass.ConnectTimeout => "connect-timeout",
        ErrorClass.Tls => "tls",
        ErrorClass.Reset => "reset",
        ErrorClass.Http4xx => "http-4xx",
        ErrorClass.Http429 => "http-429",
        ErrorClass.Http5xx => "http-5xx",
        ErrorClass.Protocol => "protocol",
        ErrorClass.Cut => "cut",
        ErrorClass.StreamError => "stream-error",
        ErrorClass.Timeout => "timeout",
        _ => throw new ArgumentOutOfRangeException(nameof(error), error, "Not an error class."),
    };
}
