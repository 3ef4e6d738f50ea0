using System.Net;
using HalfFull.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Access;

/// <summary>
/// Says who a caller is and what it may do. Without keys a caller on this machine may do all, and others may use the API but steer nothing. Thread-safe.
/// </summary>
internal sealed class AccessControl(IReadOnlyList<ApiKey> keys) : IDisposable
{
    /// <summary>Longest key, characters; what is longer is none.</summary>
    internal const int MostKeyLength = 512;

    private const string Scheme = "Bearer ";
    private const int MostWaiting = 64;

    // One slow check at a time: guessing keys never takes more than one processor core from the requests.
    private readonly SemaphoreSlim oneCheck = new(1);
    private volatile KeyRing ring = new(keys, before: null);
    private int waiting;

    /// <summary>Whether keys are needed. The client's <c>Authorization</c> is then the gateway's and goes no further.</summary>
    public bool HasKeys => !ring.IsEmpty;

    /// <summary>Takes other keys from now on.</summary>
    public void Replace(IReadOnlyList<ApiKey> other) => ring = new KeyRing(other, ring);

    /// <summary>Who sent a request.</summary>
    /// <exception cref="RequestRefusedException">Keys are needed, and it shows none that is right.</exception>
    public ValueTask<Caller> IdentifyAsync(HttpContext context)
    {
        var current = ring;
        if (current.IsEmpty)
        {
            return new(IsLocal(context) ? Caller.Local : Caller.Stranger);
        }

        var key = KeyIn(context.Request);
        if (key is null)
        {
            throw Unauthorized(context, "This gateway needs an API key: send Authorization: Bearer KEY.");
        }

        if (!current.TryFind(key, out var caller))
        {
            return CheckAsync(context, current, key);
        }

        return new(caller ?? throw Wrong(context));
    }

    /// <summary>Who administers: the holder of an admin key, or, without keys, somebody on this machine.</summary>
    /// <exception cref="RequestRefusedException">It may not.</exception>
    public async ValueTask<Caller> RequireAdminAsync(HttpContext context)
    {
        var caller = await IdentifyAsync(context);
        if (!caller.IsAdmin)
        {
            throw caller.HasKey
                ? new RequestRefusedException(StatusCodes.Status403Forbidden, "admin_only", $"Key '{caller.Name}' is no admin key.")
                : new RequestRefusedException(StatusCodes.Status403Forbidden, "loopback_only", "This path answers on the gateway's own machine only.");
        }

        // A page elsewhere can give its own name this machine's address and so reach it through a browser here; it cannot make the browser send another name.
        if (!caller.HasKey && !IsOwnName(context.Request.Host.Host))
        {
            throw new RequestRefusedException(
                StatusCodes.Status403Forbidden, "loopback_only", $"Without keys this path answers to localhost and addresses only, not to '{context.Request.Host.Host}'.");
        }

        return caller;
    }

    /// <summary>Refuses who is neither on this machine nor shows a key, when keys are needed.</summary>
    /// <exception cref="RequestRefusedException">It is refused.</exception>
    public async ValueTask RequireReaderAsync(HttpContext context)
    {
        if (HasKeys && !IsLocal(context))
        {
            await IdentifyAsync(context);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => oneCheck.Dispose();

    // A proxy on this machine passes on what others send, and says so: those are not here.
    private static bool IsLocal(HttpContext context) => (context.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address))
        && !context.Request.Headers.ContainsKey("Forwarded") && !context.Request.Headers.ContainsKey("X-Forwarded-For") && !context.Request.Headers.ContainsKey("X-Real-IP");

    private static bool IsOwnName(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Trim('[', ']'), out _);

    private static string? KeyIn(HttpRequest request)
    {
        string? header = request.Headers.Authorization;
        return header is not null && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && header.Length <= MostKeyLength
            ? header[Scheme.Length..].Trim()
            : null;
    }

    private static RequestRefusedException Wrong(HttpContext context) => Unauthorized(context, "The API key is wrong.");

    private static RequestRefusedException Unauthorized(HttpContext context, string message)
    {
        if (!context.Response.HasStarted)
        {
            // A stream of events asks again while it goes on.
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return new RequestRefusedException(StatusCodes.Status401Unauthorized, "invalid_api_key", message);
    }

    private async ValueTask<Caller> CheckAsync(HttpContext context, KeyRing current, string key)
    {
        if (Interlocked.Increment(ref waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref waiting);
            throw new RequestRefusedException(StatusCodes.Status429TooManyRequests, "too_many_keys", "Too many new API keys are being checked; try again soon.")
            {
                RetryAfterSeconds = 1,
            };
        }

        try
        {
            await oneCheck.WaitAsync(context.RequestAborted);
            try
            {
                // Another request with the same key may have been first.
                return (current.TryFind(key, out var caller) ? caller : await Task.Run(() => current.Check(key))) ?? throw Wrong(context);
            }
            finally
            {
                oneCheck.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }
}
