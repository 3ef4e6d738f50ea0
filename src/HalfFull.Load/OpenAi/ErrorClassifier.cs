using System.Net.Sockets;
using System.Text.Json;

namespace HalfFull.Load.OpenAi;

/// <summary>Finds the class of what went wrong.</summary>
internal static class ErrorClassifier
{
    /// <summary>The class of a status that is no success.</summary>
    public static ErrorClass OfStatus(int status) => status switch
    {
        429 => ErrorClass.Http429,
        >= 400 and < 500 => ErrorClass.Http4xx,
        >= 500 => ErrorClass.Http5xx,
        _ => ErrorClass.Protocol,
    };

    /// <summary>Whether no connection came about in time; the transport reports it as a cancellation, although nobody cancelled.</summary>
    public static bool IsConnectTimeout(Exception error) => error is OperationCanceledException { InnerException: TimeoutException };

    /// <summary>The class of an exception of the transport or of a reader.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="headed">Whether the head of the response had arrived.</param>
    public static ErrorClass Of(Exception error, bool headed)
    {
        // A socket may time out at any time; only where none was connected was it no connection.
        var connecting = false;
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            connecting |= cause is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };
            var found = cause switch
            {
                SocketException { SocketErrorCode: SocketError.TimedOut } when connecting => ErrorClass.ConnectTimeout,
                SocketException socket => Of(socket.SocketErrorCode, headed),
                HttpRequestException request => Of(request.HttpRequestError, headed),
                HttpIOException transport => Of(transport.HttpRequestError, headed),
                System.Security.Authentication.AuthenticationException => ErrorClass.Tls,
                JsonException or InvalidDataException => ErrorClass.Protocol,
                TimeoutException => headed ? ErrorClass.Timeout : ErrorClass.ConnectTimeout,
                _ => ErrorClass.None,
            };
            if (found != ErrorClass.None)
            {
                return found;
            }
        }

        return headed ? ErrorClass.Cut : ErrorClass.Reset;
    }

    private static ErrorClass Of(HttpRequestError error, bool headed) => error switch
    {
        HttpRequestError.NameResolutionError => ErrorClass.Unreachable,
        HttpRequestError.SecureConnectionError => ErrorClass.Tls,
        HttpRequestError.ResponseEnded => headed ? ErrorClass.Cut : ErrorClass.Reset,
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.VersionNegotiationError
            or HttpRequestError.ConfigurationLimitExceeded => ErrorClass.Protocol,
        _ => ErrorClass.None, // the cause within says more
    };

    private static ErrorClass Of(SocketError error, bool headed) => error switch
    {
        SocketError.ConnectionRefused => ErrorClass.Refused,
        SocketError.HostNotFound or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NoData
            or SocketError.TryAgain or SocketError.AddressNotAvailable => ErrorClass.Unreachable,
        _ => headed ? ErrorClass.Cut : ErrorClass.Reset,
    };
}
