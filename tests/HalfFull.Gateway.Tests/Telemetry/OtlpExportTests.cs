using System.Collections.Concurrent;
using System.Text;
using HalfFull.Cli;
using HalfFull.Gateway.Configuration;
using HalfFull.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Tests.Telemetry;

/// <summary>Traces and metrics against a real collector's endpoint. An exporter hears every gateway of the process, so it runs alone.</summary>
[Collection(nameof(OtlpExportTests))]
[CollectionDefinition(nameof(OtlpExportTests), DisableParallelization = true)]
public sealed class OtlpExportTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private readonly ConcurrentDictionary<string, byte[]> received = new(StringComparer.Ordinal);

    [Fact]
    public async Task Spans_and_metrics_reach_a_collector_and_the_replica_sees_the_span_as_parent()
    {
        var seen = string.Empty;
        await using var sink = await HttpHost.StartAsync("127.0.0.1", 0, 1 << 20, SinkAsync);
        await using var upstream = await Given.Upstream(context =>
        {
            seen = context.Request.Headers["traceparent"].ToString();
            context.Response.ContentType = "text/event-stream";
            return context.Response.WriteAsync("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":1}}\n\ndata: [DONE]\n\n");
        });
        using (var export = OtlpExport.Start(new TelemetryOptions(sink.Address, IsHttp: true, "half-test"))!)
        {
            await using var gateway = await Given.Gateway(options: null, upstream.Address);
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Address, "/v1/chat/completions")) { Content = new StringContent(Given.Chat) };
            request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
            request.Headers.Add("x-halffull-tenant", "acme");
            using var answer = await Given.Client.SendAsync(request);
            _ = await answer.Content.ReadAsStringAsync();
            await gateway.StopAsync(CancellationToken.None);

            // Its meter goes with the gateway, so what it holds is sent before.
            export.Flush();
        }

        var traces = received["/v1/traces"];
        Assert.True(Contains(traces, Convert.FromHexString(Trace)), "the trace of the client goes on");
        Assert.True(Contains(traces, Convert.FromHexString("b7ad6b7169203331")), "its span is the parent");
        foreach (var text in new[] { "half-test", "POST /v1/chat/completions", "halffull.replica", "halffull.queue_ms", "halffull.ttft_ms", "gen_ai.usage.output_tokens", "acme" })
        {
            Assert.True(Contains(traces, Encoding.UTF8.GetBytes(text)), text);
        }

        foreach (var text in new[] { "halffull.ttft", "halffull.responses", "halffull.tokens", "halffull.replica.inflight_requests" })
        {
            Assert.True(Contains(received["/v1/metrics"], Encoding.UTF8.GetBytes(text)), text);
        }

        Assert.StartsWith($"00-{Trace}-", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("b7ad6b7169203331", seen, StringComparison.Ordinal);
        Assert.True(Contains(traces, Convert.FromHexString(seen.Split('-')[2])), "the replica's parent is the span that was sent");
    }

    [Fact]
    public async Task Without_a_listener_there_is_no_span_and_the_clients_passes_through()
    {
        var seen = string.Empty;
        await using var upstream = await Given.Upstream(context =>
        {
            seen = context.Request.Headers["traceparent"].ToString() + (System.Diagnostics.Activity.Current is null ? string.Empty : "?");
            return context.Response.WriteAsync("{}");
        });
        await using var gateway = await Given.Gateway(options: null, upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Address, "/v1/completions")) { Content = new StringContent("{\"prompt\":\"x\"}") };
        request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
        using var answer = await Given.Client.SendAsync(request);
        Assert.Equal($"00-{Trace}-b7ad6b7169203331-01", seen);
    }

    [Fact]
    public void Without_a_collector_nothing_is_sent() => Assert.Null(OtlpExport.Start(new TelemetryOptions()));

    private static bool Contains(byte[] bytes, ReadOnlySpan<byte> part) => bytes.AsSpan().IndexOf(part) >= 0;

    private async Task SinkAsync(HttpContext context)
    {
        using var body = await PooledBody.ReadAsync(context.Request, 1 << 20, context.RequestAborted);
        var bytes = body.Span.ToArray();
        received.AddOrUpdate(context.Request.Path.Value!, bytes, (_, before) => [.. before, .. bytes]);
    }
}
