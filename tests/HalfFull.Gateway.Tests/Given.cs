using System.Text;
using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.Workers;
using HalfFull.Routing;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Tests;

/// <summary>What tests start from.</summary>
internal static class Given
{
    internal const string Chat = "{\"model\":\"halffull-emulated\",\"stream\":true,\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"Is the GPU half empty?\"}]}";

    internal static HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false, ResponseDrainTimeout = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>An emulated replica in this process, a tenth of a millisecond a step unless told otherwise.</summary>
    internal static Task<WorkerServer> Worker(double stepMicros = 100, int kvBlocks = 10_000) =>
        WorkerServer.StartAsync(new WorkerOptions(new EngineLimits(kvBlocks), new LinearStepTime(stepMicros, 0, 0, 0)));

    /// <summary>A server that answers as the test says.</summary>
    internal static Task<HttpHost> Upstream(RequestDelegate handle) => HttpHost.StartAsync("127.0.0.1", 0, 64 << 20, context =>
        context.Request.Path.StartsWithSegments("/v1/models", StringComparison.Ordinal)
            ? context.Response.WriteAsync("{\"object\":\"list\",\"data\":[{\"id\":\"halffull-emulated\",\"owned_by\":\"vllm\"}]}")
            : HttpMethods.IsPost(context.Request.Method) ? handle(context) : Task.CompletedTask);

    /// <summary>A gateway, once all its replicas take requests.</summary>
    internal static async Task<GatewayServer> Gateway(GatewayOptions? options, params Uri[] replicas)
    {
        var gateway = await GatewayServer.StartAsync((options ?? Options) with { Replicas = [.. replicas] });
        await Eventually.True(
            () => gateway.Pool.Read(all => all.All(replica => replica.State == ReplicaState.Ready && replica.Models is not null)), "every replica is ready");
        return gateway;
    }

    internal static GatewayOptions Options { get; } = new()
    {
        Port = 0,
        HealthInterval = TimeSpan.FromMilliseconds(50),
        ScrapeInterval = TimeSpan.FromMilliseconds(20),
    };

    internal static Task<HttpResponseMessage> Post(GatewayServer gateway, string path, string body, CancellationToken cancellation = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Address, path)) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    /// <summary>Waits until the ledger holds nothing and checks that it is exactly nothing.</summary>
    internal static async Task LedgerIsZero(GatewayServer gateway)
    {
        await Eventually.True(() => gateway.Pool.Read(all => all.All(replica => replica.Account.Requests == 0)), "every lease is released");
        Assert.True(gateway.Pool.Read(all => all.All(replica => replica.Account.IsEmpty)));
    }
}
