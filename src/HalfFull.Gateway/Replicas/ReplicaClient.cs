using System.Net;
using HalfFull.Gateway.Upstream;

namespace HalfFull.Gateway.Replicas;

/// <summary>HTTP to replicas: nothing is redirected, decompressed, proxied, stored or added on the way.</summary>
internal static class ReplicaClient
{
    /// <summary>A client with its own connections.</summary>
    public static HttpMessageInvoker Create(GatewayOptions options) => new(new ReplicaHandler(options.ConnectTimeout, new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        ResponseDrainTimeout = TimeSpan.Zero, // a client that leaves must be gone upstream at once
    }));
}
