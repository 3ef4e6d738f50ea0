using System.Collections.Concurrent;
using HalfFull.Gateway.Forwarding;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.Logging;
using HalfFull.Gateway.OpenAi;
using HalfFull.Gateway.Replicas;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway;

/// <summary>An OpenAI-compatible front door: routes each request to a replica and passes the answer on.</summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private readonly GatewayOptions options;
    private readonly GatewayMetrics metrics = new();
    private readonly Forwarder forwarder;
    private readonly AdminApi admin;
    private readonly HttpMessageInvoker probes;
    private readonly ConcurrentDictionary<int, ReplicaMonitor> monitors = new();
    private HttpHost? host;

    private GatewayServer(GatewayOptions options)
    {
        this.options = options;
        Journal = Journal.Open(options);
        Pool = new ReplicaPool(options, Journal);
        forwarder = new Forwarder(options, Pool, metrics, Journal);
        probes = ReplicaClient.Create(options);
        admin = new AdminApi(this);
    }

    /// <summary>What is kept of its decisions.</summary>
    internal Journal Journal { get; }

    /// <summary>Its replicas.</summary>
    public ReplicaPool Pool { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address => host!.Address;

    /// <summary>Starts a gateway.</summary>
    /// <exception cref="Policies.PolicyException">The router or the queue policy is unknown.</exception>
    /// <exception cref="IOException">It cannot listen, or its log cannot be written.</exception>
    public static async Task<GatewayServer> StartAsync(GatewayOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var server = new GatewayServer(options);
        try
        {
            foreach (var address in options.Replicas)
            {
                server.Add(address);
            }

            server.host = await HttpHost.StartAsync(options.Host, options.Port, options.MostBodyBytes, server.HandleAsync);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a replica and watches it.</summary>
    /// <param name="address">Its address without <c>/v1</c>.</param>
    public RemoteReplica Add(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var replica = Pool.Add(WithSlash(address));
        monitors[replica.Id] = new ReplicaMonitor(Pool, replica, probes, options);
        return replica;
    }

    /// <summary>Takes a replica out; what it has is finished.</summary>
    /// <returns>False when there is none of that number.</returns>
    public async Task<bool> RemoveAsync(int id)
    {
        if (Pool.Remove(id) is null)
        {
            return false;
        }

        if (monitors.TryRemove(id, out var monitor))
        {
            await monitor.DisposeAsync();
        }

        return true;
    }

    /// <summary>Waits until every replica takes requests, but not for longer than <paramref name="most"/>.</summary>
    /// <returns>Whether all do.</returns>
    public async Task<bool> WhenReadyAsync(TimeSpan most, CancellationToken cancellation)
    {
        var start = Pool.Now;
        while (Pool.Read(replicas => replicas.Any(replica => replica.State != Routing.ReplicaState.Ready)))
        {
            if (Pool.Now - start > most)
            {
                return false;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
        }

        return true;
    }

    /// <summary>Takes no new requests and waits for open ones until cancelled.</summary>
    public Task StopAsync(CancellationToken cancellation) => host?.StopAsync(cancellation) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            await host.DisposeAsync();
        }

        foreach (var monitor in monitors.Values)
        {
            await monitor.DisposeAsync();
        }

        monitors.Clear();
        Pool.Dispose();
        forwarder.Dispose();
        probes.Dispose();
        await Journal.DisposeAsync();
    }

    private static Uri WithSlash(Uri address) =>
        address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    private async Task HandleAsync(HttpContext context)
    {
        var id = forwarder.NextId();
        GatewayHeaders.Begin(context.Response, id);
        metrics.Began();
        var status = StatusCodes.Status499ClientClosedRequest;
        try
        {
            await RouteAsync(context, id);
            status = context.Response.StatusCode;
        }
        catch (RequestRefusedException error) when (!context.Response.HasStarted)
        {
            status = error.Status;
            await OpenAiError.WriteAsync(context, error);
        }
        catch (BadHttpRequestException error) when (!context.Response.HasStarted)
        {
            status = error.StatusCode;
            await OpenAiError.WriteAsync(context, error.StatusCode, "bad_request", error.Message);
        }
#pragma warning disable CA1031 // Whatever a request meets, its client gets an answer and the others go on.
        catch (Exception error) when (error is not OperationCanceledException && !context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
#pragma warning restore CA1031
        {
            status = StatusCodes.Status500InternalServerError;
            await OpenAiError.WriteAsync(context, status, "internal_error", $"The gateway has a fault, please report it: {error.GetType().Name}: {error.Message}");
        }
        catch (Exception error) when (error is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client has left; the replica's side was cancelled and its lease released on the way out.
        }
        finally
        {
            metrics.Answered(status);
        }
    }

    private Task RouteAsync(HttpContext context, long id)
    {
        var path = context.Request.Path.Value ?? string.Empty;
        return (context.Request.Method, path) switch
        {
            ("POST", "/v1/chat/completions" or "/v1/completions") => forwarder.ForwardAsync(context, id, ApiKind.Completion),
            ("POST", "/v1/embeddings" or "/v1/responses") => forwarder.ForwardAsync(context, id, ApiKind.PassThrough),
            ("GET", "/v1/models") => admin.ModelsAsync(context),
            ("GET", "/health") => AdminApi.TextAsync(context, "text/plain; charset=utf-8", "ok\n"),
            ("GET", "/ready") => admin.ReadyAsync(context),
            ("GET", "/metrics") => AdminApi.TextAsync(context, PrometheusText.ContentType, metrics.Text(Pool, Journal)),
            _ when path.StartsWith("/api/", StringComparison.Ordinal) => admin.HandleAsync(context, path),
            _ => throw new RequestRefusedException(StatusCodes.Status404NotFound, "not_found", $"There is no {context.Request.Method} {path} here."),
        };
    }
}
