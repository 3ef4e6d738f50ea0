using System.Net;
using HalfFull.Gateway.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace HalfFull.Gateway.Http;

/// <summary>A bare Kestrel with one request delegate: no routing, no logging, nothing read from the environment.</summary>
internal sealed class HttpHost : IAsyncDisposable
{
    private readonly WebApplication application;

    private HttpHost(WebApplication application, Uri address)
    {
        this.application = application;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Listens and answers.</summary>
    /// <param name="host">Address to bind to, or <c>localhost</c>.</param>
    /// <param name="port">Port; 0 for any free one.</param>
    /// <param name="mostBodyBytes">Largest body that is read.</param>
    /// <param name="handle">Answers a request.</param>
    /// <exception cref="IOException">The port is taken, or the host is no address of this machine.</exception>
    public static Task<HttpHost> StartAsync(string host, int port, int mostBodyBytes, RequestDelegate handle) =>
        StartAsync(host, port, limits => limits.MaxRequestBodySize = mostBodyBytes, tls: null, handle);

    /// <summary>Listens and answers.</summary>
    /// <param name="host">Address to bind to, or <c>localhost</c>.</param>
    /// <param name="port">Port; 0 for any free one.</param>
    /// <param name="limit">Sets the limits.</param>
    /// <param name="tls">Certificate; null for plain HTTP.</param>
    /// <param name="handle">Answers a request.</param>
    /// <param name="isInline">Whether requests go on with the thread that read them, which saves two hops for each; only for a handler that never blocks.</param>
    /// <exception cref="IOException">The port is taken, or the host is no address of this machine.</exception>
    public static async Task<HttpHost> StartAsync(
        string host, int port, Action<KestrelServerLimits> limit, ServerTls? tls, RequestDelegate handle, bool isInline = false)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            limit(kestrel.Limits);
            kestrel.Listen(AddressOf(host), port, listen =>
            {
                if (tls is not null)
                {
                    // Asked anew for each connection, so that a renewed certificate needs no restart.
                    listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(tls.Current) });
                }
            });
        });
        builder.Services.Configure<SocketTransportOptions>(transport => transport.UnsafePreferInlineScheduling = isInline);
        var server = builder.Build();
        server.Run(handle);
        try
        {
            await server.StartAsync();
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        var addresses = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new HttpHost(server, new Uri(addresses.First()));
    }

    /// <summary>Takes no new connections and waits for open requests until cancelled, then cuts them.</summary>
    public Task StopAsync(CancellationToken cancellation) => application.StopAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    private static IPAddress AddressOf(string host) => host switch
    {
        "localhost" => IPAddress.Loopback,
        "*" => IPAddress.Any,
        _ => IPAddress.TryParse(host, out var address)
            ? address
            : throw new FormatException($"--host {host} is not accepted: give an address of this machine such as 127.0.0.1 or 0.0.0.0."),
    };
}
