using System.Collections.Frozen;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using HeaderNames = Microsoft.Net.Http.Headers.HeaderNames;

namespace HalfFull.Gateway.Forwarding;

/// <summary>Headers that belong to one connection, or to the gateway, and are not passed on.</summary>
internal static class HopByHop
{
    private static readonly FrozenSet<string> Request = new[]
    {
        HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.ProxyAuthenticate, HeaderNames.ProxyAuthorization, "Proxy-Connection", HeaderNames.TE,
        HeaderNames.Trailer, HeaderNames.TransferEncoding, HeaderNames.Upgrade, HeaderNames.Host, HeaderNames.Expect, HeaderNames.ContentLength,
        HeaderNames.AcceptEncoding, // a compressed answer could not be watched for its first token
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Response = new[]
    {
        HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.ProxyAuthenticate, "Proxy-Connection", HeaderNames.Trailer,
        HeaderNames.TransferEncoding, HeaderNames.Upgrade, HeaderNames.Server, HeaderNames.Date,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Copies a client's headers to a message for a replica.</summary>
    public static void Copy(IHeaderDictionary from, HttpRequestMessage to)
    {
        var named = from.Connection.ToString();
        foreach (var (name, values) in from)
        {
            if (Request.Contains(name) || IsOurs(name) || IsNamed(named, name))
            {
                continue;
            }

            if (!to.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                to.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }
    }

    /// <summary>Copies a replica's headers to the answer.</summary>
    public static void Copy(HttpResponseMessage from, HttpResponse to)
    {
        foreach (var (name, values) in from.Headers.NonValidated)
        {
            if (!Response.Contains(name) && !IsOurs(name))
            {
                to.Headers.Append(name, Values(values));
            }
        }

        foreach (var (name, values) in from.Content.Headers.NonValidated)
        {
            if (!Response.Contains(name))
            {
                to.Headers.Append(name, Values(values));
            }
        }
    }

    private static StringValues Values(HeaderStringValues values) => values.Count == 1 ? values.ToString() : values.ToArray();

    private static bool IsOurs(string name) => name.StartsWith(GatewayHeaders.Prefix, StringComparison.OrdinalIgnoreCase);

    private static bool IsNamed(string connection, string name) =>
        connection.Length > 0 && connection.Contains(name, StringComparison.OrdinalIgnoreCase)
        && connection.Split(',', StringSplitOptions.TrimEntries).Contains(name, StringComparer.OrdinalIgnoreCase);
}
