using System.Net;
using HalfFull.Gateway.Upstream;

namespace HalfFull.Gateway.Replicas;

/// <summary>HTTP to replicas: nothing is redirected, decompressed, proxied, stored or added on the way.</summary>
internal static class ReplicaClient
{
    /// <summary>Shows a replica the key that the configuration has for it, and nobody else's.</summary>
    public static void Authorize(HttpRequestMessage message, RemoteReplica replica)
    {
        if (replica.Settings.ApiKey is { } key)
        {
            message.Headers.Remove("Authorization");
            message.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        }
    }

    /// <summary>A client with its own connections.</summary>
    public static HttpMessageInvoker Create(GatewayOptions options) => new(new ReplicaHandler(options.ConnectTimeout, new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = options.ConnectTimeout,
        SslOptions = options.UpstreamTls.Options(),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        ResponseDrainTimeout = TimeSpan.Zero, // a client that leaves must be gone upstream at once
    }));
}
