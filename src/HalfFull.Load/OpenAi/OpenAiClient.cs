using System.Net.Http.Headers;

namespace HalfFull.Load.OpenAi;

/// <summary>
/// Sends requests to one endpoint over as many connections as are needed, with nothing in between: no proxy, redirect, cookie,
/// decompression, retry or tracing header.
/// </summary>
public sealed class OpenAiClient : IDisposable
{
    private static readonly TimeSpan IdleConnections = TimeSpan.FromMinutes(5);
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <summary>How long a connection may take to come about.</summary>
    internal static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker invoker;
    private readonly KeyValuePair<string, string>[] headers;

    /// <summary>A client of an endpoint.</summary>
    /// <param name="endpoint">Where to send.</param>
    /// <param name="handler">Another transport, for tests; null for sockets.</param>
    public OpenAiClient(Endpoint endpoint, HttpMessageHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        Endpoint = endpoint;
        invoker = new HttpMessageInvoker(handler ?? Sockets(), disposeHandler: true);
        headers = endpoint.ApiKey is { } key ? [.. endpoint.Headers, new("Authorization", $"Bearer {key}")] : [.. endpoint.Headers];
    }

    /// <summary>Where it sends.</summary>
    public Endpoint Endpoint { get; }

    /// <summary>Starts a call; the response is returned as soon as its head has arrived.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri url, HttpContent? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, url) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        content?.Headers.ContentType = Json;
        return await invoker.SendAsync(request, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => invoker.Dispose();

    private static SocketsHttpHandler Sockets() => new()
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        ConnectTimeout = ConnectTimeout,
        MaxConnectionsPerServer = int.MaxValue,
        // A response that is given up is cut off, not read to its end: that is what a client that hangs up does.
        MaxResponseDrainSize = 0,
        PooledConnectionIdleTimeout = IdleConnections,
        UseCookies = false,
        UseProxy = false,
    };
}
