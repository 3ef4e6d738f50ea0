using System.Collections.Concurrent;
using HalfFull.Gateway.Access;
using HalfFull.Gateway.Configuration;
using HalfFull.Gateway.Dashboard;
using HalfFull.Gateway.Forwarding;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.Logging;
using HalfFull.Gateway.OpenAi;
using HalfFull.Gateway.Replicas;
using HalfFull.Gateway.Telemetry;
using HalfFull.Gateway.Tls;
using Microsoft.AspNetCore.Http;
using KestrelServerLimits = Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerLimits;

namespace HalfFull.Gateway;

/// <summary>An OpenAI-compatible front door: routes each request to a replica and passes the answer on.</summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly GatewayTelemetry? telemetry;
    private readonly Forwarder forwarder;
    private readonly AdminApi admin;
    private readonly AccessControl access;
    private readonly HttpMessageInvoker probes;
    private readonly ConcurrentDictionary<int, ReplicaMonitor> monitors = new();
    private readonly ServerTls? tls;
    private readonly Lock adding = new();
    private readonly Dictionary<Uri, int> configured = [];
    private HttpHost? host;
    private volatile bool isStopping;
    private int forwarding;

    private GatewayServer(GatewayOptions options)
    {
        Options = options;
        Journal = Journal.Open(options);
        Pool = new ReplicaPool(options, Journal);
        telemetry = options.HasTelemetry ? new GatewayTelemetry(Pool) : null;
        Metrics = new GatewayMetrics(telemetry);
        forwarder = new Forwarder(options, Pool, Metrics, Journal);
        probes = ReplicaClient.Create(options);
        access = new AccessControl(options.Keys);
        admin = new AdminApi(this, access);
        tls = options.Tls is { } files ? new ServerTls(files) : null;
    }

    /// <summary>How it works now.</summary>
    public GatewayOptions Options { get; private set; }

    /// <summary>What is kept of its decisions.</summary>
    internal Journal Journal { get; }

    /// <summary>Its own figures.</summary>
    internal GatewayMetrics Metrics { get; }

    /// <summary>Cancelled when it takes no new requests any more.</summary>
    internal CancellationToken Stopping => stopping.Token;

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
            foreach (var replica in options.Replicas)
            {
                server.configured[WithSlash(replica.Address)] = server.Add(replica).Id;
            }

            server.host = await HttpHost.StartAsync(options.Host, options.Port, limits => Limit(limits, options), server.tls, server.HandleAsync, isInline: true);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a replica and watches it.</summary>
    /// <param name="settings">Its address without <c>/v1</c>, and what is known of it.</param>
    public RemoteReplica Add(ReplicaSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var replica = Pool.Add(settings with { Address = WithSlash(settings.Address) });
        monitors[replica.Id] = new ReplicaMonitor(Pool, replica, probes, Options);
        return replica;
    }

    /// <summary>Adds a replica and watches it, unless one with that address is there: two would share one name in the metrics, and count one server's memory twice.</summary>
    /// <returns>The replica; null when its address is known.</returns>
    internal RemoteReplica? TryAdd(ReplicaSettings settings)
    {
        lock (adding)
        {
            var address = WithSlash(settings.Address);
            return IdOf(address) is null ? Add(settings) : null;
        }
    }

    private int? IdOf(Uri address) => Pool.Read(replicas => replicas.FirstOrDefault(replica => replica.Address == address)?.Id);

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

    /// <summary>Takes other options while it runs. Streams go on; what counts from the next start only is told to <see cref="GatewayOptions.Notice"/>.</summary>
    /// <param name="next">The options.</param>
    /// <exception cref="Policies.PolicyException">The router or the queue is not accepted; nothing changes.</exception>
    /// <exception cref="IOException">The certificate is not accepted; nothing changes.</exception>
    public async Task ApplyAsync(GatewayOptions next)
    {
        ArgumentNullException.ThrowIfNull(next);
        Scheduling.FrontScheduler.Validate(next.Router, next.Queue);
        var certificate = tls is not null ? next.Tls?.Load() : null;
        if (RestartNeeds.Between(Options, next) is { Length: > 0 } late)
        {
            Options.Notice?.Invoke($"Changes of {late} count from the next start.");
        }

        if (certificate is not null)
        {
            tls!.Replace(certificate);
        }

        var before = Options;
        Options = RestartNeeds.Keep(before, next);
        access.Replace(next.Keys);
        forwarder.Take(Options);
        Pool.Take(Options);
        if (!next.Router.Equals(before.Router) || !next.Queue.Equals(before.Queue))
        {
            Pool.SwitchPolicy(next.Router, next.Queue);
        }

        if (!AreSame(next.TenantWeights, before.TenantWeights))
        {
            Pool.Reweigh(next.TenantWeights);
        }

        await ReplaceAsync(next.Replicas);
    }

    /// <summary>Reads options and applies them, or keeps the ones in use and says why.</summary>
    internal async Task<bool> ReloadAsync(string source, Func<GatewayOptions> read)
    {
        var accepted = false;
        try
        {
            await ApplyAsync(read());
            accepted = true;
            Options.Notice?.Invoke($"{source} is applied.");
        }
        catch (Exception error) when (error is FormatException or Policies.PolicyException or IOException)
        {
            Options.Notice?.Invoke($"{error.Message.TrimEnd('.')}; the configuration before stays in use.");
        }

        Metrics.Reloaded(accepted);
        return accepted;
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

    /// <summary>Whether it takes requests: not once it is about to stop.</summary>
    internal bool IsStopping => isStopping;

    /// <summary>
    /// Says on <c>/ready</c> that it stops, goes on for <see cref="GatewayOptions.ShutdownDelay"/> so that whoever balances load can hear it, then takes no new
    /// requests and waits for open ones until cancelled.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        isStopping = true;
        if (host is not null)
        {
            await Task.Delay(Options.ShutdownDelay, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await stopping.CancelAsync();
            await host.StopAsync(cancellation);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
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
        access.Dispose();
        telemetry?.Dispose();
        stopping.Dispose();
        await Journal.DisposeAsync();
    }

    private static void Limit(KestrelServerLimits limits, GatewayOptions options)
    {
        limits.MaxRequestBodySize = options.MostBodyBytes;
        limits.MaxRequestHeadersTotalSize = options.MostHeaderBytes;
        limits.MaxRequestLineSize = Math.Min(limits.MaxRequestLineSize, options.MostHeaderBytes);
    }

    /// <summary>Adds and takes out what the configuration names now; replicas that came by the API or as workers stay.</summary>
    private async Task ReplaceAsync(IReadOnlyList<ReplicaSettings> next)
    {
        var wanted = next.ToDictionary(replica => WithSlash(replica.Address));
        foreach (var (address, id) in configured.Where(entry => !wanted.ContainsKey(entry.Key)).ToArray())
        {
            configured.Remove(address);
            await RemoveAsync(id);
        }

        foreach (var replica in next)
        {
            var address = WithSlash(replica.Address);
            lock (adding)
            {
                // One that came by the API before the file named it is the file's from now on.
                configured[address] = IdOf(address) is { } id && Pool.Configure(id, replica with { Address = address }) ? id : Add(replica).Id;
            }
        }
    }

    private static bool AreSame(IReadOnlyDictionary<string, double> a, IReadOnlyDictionary<string, double> b) =>
        a.Count == b.Count && a.All(share => b.TryGetValue(share.Key, out var other) && other.Equals(share.Value));

    private static Uri WithSlash(Uri address) =>
        address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    private async Task HandleAsync(HttpContext context)
    {
        var id = forwarder.NextId();
        GatewayHeaders.Begin(context.Response, id);
        Metrics.Began();
        var span = telemetry is not null && HttpMethods.IsPost(context.Request.Method) ? RequestSpan.Begin(context, id) : null;
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
            await OpenAiError.WriteAsync(context, error.StatusCode, error.StatusCode == StatusCodes.Status413PayloadTooLarge ? "request_too_large" : "bad_request", error.Message);
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
            Metrics.Answered(status);
            RequestSpan.End(span, status);
        }
    }

    private async Task RouteAsync(HttpContext context, long id)
    {
        var path = context.Request.Path.Value ?? string.Empty;
        await AdmitAsync(context, path);
        await ((context.Request.Method, path) switch
        {
            ("POST", "/v1/chat/completions" or "/v1/completions") => ForwardAsync(context, id, ApiKind.Completion),
            ("POST", "/v1/embeddings" or "/v1/responses") => ForwardAsync(context, id, ApiKind.PassThrough),
            ("GET", "/") => DashboardPage.SendAsync(context),
            ("GET", "/v1/models") => admin.ModelsAsync(context),
            ("GET", "/health") => AdminApi.TextAsync(context, "text/plain; charset=utf-8", "ok\n"),
            ("GET", "/ready") => admin.ReadyAsync(context),
            ("GET", "/metrics") => AdminApi.TextAsync(context, PrometheusText.ContentType, Metrics.Text(Pool, Options, Journal)),
            _ when path.StartsWith("/api/", StringComparison.Ordinal) => admin.HandleAsync(context, path),
            _ => throw new RequestRefusedException(StatusCodes.Status404NotFound, "not_found", $"There is no {context.Request.Method} {path} here."),
        });
    }

    private async Task ForwardAsync(HttpContext context, long id, ApiKind api)
    {
        try
        {
            if (Interlocked.Increment(ref forwarding) > Options.MostConcurrency)
            {
                throw new RequestRefusedException(
                    StatusCodes.Status429TooManyRequests, "too_many_requests", $"The gateway answers {Options.MostConcurrency} requests at once and no more.")
                { RetryAfterSeconds = 1 };
            }

            await forwarder.ForwardAsync(context, id, api);
        }
        finally
        {
            Interlocked.Decrement(ref forwarding);
        }
    }

    /// <summary>Refuses who may not use a path, and keeps who the caller is. Whether the gateway lives everybody may ask.</summary>
    private async ValueTask AdmitAsync(HttpContext context, string path)
    {
        if (path.StartsWith("/api/", StringComparison.Ordinal))
        {
            context.Features.Set(await access.RequireAdminAsync(context));
        }
        else if (path is "/")
        {
            // The page holds nothing of this gateway; where keys are needed it asks for one, for whoever types an address cannot send it along.
            if (!access.HasKeys)
            {
                await access.RequireAdminAsync(context);
            }
        }
        else if (path is "/metrics")
        {
            await access.RequireReaderAsync(context);
        }
        else if (path is not ("/health" or "/ready"))
        {
            context.Features.Set(await access.IdentifyAsync(context));
        }
    }
}
