using System.Text;
using HalfFull.Gateway.Forwarding;
using HalfFull.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Tests.Forwarding;

/// <summary>What goes in comes out, byte by byte.</summary>
public sealed class PassThroughTests
{
    private const string Odd = "{ \"unknown\" : {\"a\":[1.50,null, \"\\u00e4 \u00e4 \U0001F389\"]},\n\t\"model\":\"halffull-emulated\", \"prompt\":\"h\u00e9\", \"big\":12345678901234567890 }";

    [Fact]
    public async Task The_body_reaches_the_replica_byte_by_byte()
    {
        byte[]? received = null;
        await using var upstream = await Given.Upstream(async context =>
        {
            received = await ReadAsync(context);
            await context.Response.WriteAsync("{}");
        });
        await using var gateway = await Given.Gateway(options: null, upstream.Address);
        using var answer = await Given.Post(gateway, "/v1/completions", Odd);
        Assert.Equal("{}", await answer.Content.ReadAsStringAsync());
        Assert.Equal(Encoding.UTF8.GetBytes(Odd), received);
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task Usage_is_asked_for_and_left_out_again_when_the_client_did_not_ask()
    {
        byte[]? received = null;
        await using var upstream = await Given.Upstream(async context =>
        {
            received = await ReadAsync(context);
            await EventsAsync(context, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n", "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":77,\"completion_tokens\":1}}\n\ndata: [DONE]\n\n");
        });
        await using var gateway = await Given.Gateway(options: null, upstream.Address);
        using var answer = await Given.Post(gateway, "/v1/chat/completions", Given.Chat);
        Assert.Equal("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n", await answer.Content.ReadAsStringAsync());
        Assert.Equal(Given.Chat.Insert(1, "\"stream_options\":{\"include_usage\":true},"), Encoding.UTF8.GetString(received!));
        var metrics = await Given.Client.GetStringAsync(new Uri(gateway.Address, "/metrics"));
        Assert.Contains("halffull_prompt_tokens_total 77\n", metrics, StringComparison.Ordinal);
        await Given.LedgerIsZero(gateway);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_cut_anywhere_into_chunks_comes_out_the_same(bool clientAsksForUsage)
    {
        const string Usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\r\n\r\n";
        const string Head = ": ping\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"\u00e4\U0001F389\"}}]}\r\n\r\nevent: x\ndata: {\"choices\":[{\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}]}\n\n";
        const string Tail = "data: [DONE]\n\n";
        await using var upstream = await Given.Upstream(async context =>
        {
            // One byte at a time: every character and every line end is cut somewhere.
            context.Response.ContentType = "text/event-stream";
            foreach (var value in Encoding.UTF8.GetBytes(Head + Usage + Tail))
            {
                await context.Response.Body.WriteAsync(new[] { value });
                await context.Response.Body.FlushAsync();
            }
        });
        await using var gateway = await Given.Gateway(options: null, upstream.Address);
        var body = clientAsksForUsage ? Given.Chat.Insert(1, "\"stream_options\":{\"include_usage\":true},") : Given.Chat;
        using var answer = await Given.Post(gateway, "/v1/chat/completions", body);
        Assert.Equal(clientAsksForUsage ? Head + Usage + Tail : Head + Tail, await answer.Content.ReadAsStringAsync());
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task A_giant_event_and_a_giant_answer_pass_unharmed()
    {
        var text = new string('x', 3 << 20);
        var events = $"data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\ndata: [DONE]\n\n";
        await using var upstream = await Given.Upstream(context => context.Request.Path == "/v1/embeddings"
            ? context.Response.WriteAsync(text)
            : EventsAsync(context, events));
        await using var gateway = await Given.Gateway(options: null, upstream.Address);
        using var stream = await Given.Post(gateway, "/v1/chat/completions", Given.Chat);
        Assert.Equal(events, await stream.Content.ReadAsStringAsync());
        using var whole = await Given.Post(gateway, "/v1/embeddings", "{\"input\":\"x\"}");
        Assert.Equal(text, await whole.Content.ReadAsStringAsync());
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task Headers_pass_except_those_of_the_connection_and_our_own()
    {
        HeaderDictionary? received = null;
        await using var upstream = await Given.Upstream(context =>
        {
            received = new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
            context.Response.Headers["x-from-replica"] = "yes";
            context.Response.Headers[GatewayHeaders.Replica] = "forged";
            context.Response.Headers.ContentType = "application/json; charset=utf-8";
            return context.Response.WriteAsync("{}");
        });
        await using var gateway = await Given.Gateway(options: null, upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Address, "/v1/responses?x=1")) { Content = new StringContent("{\"input\":\"x\"}") };
        request.Headers.TryAddWithoutValidation("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer k");
        request.Headers.TryAddWithoutValidation("Connection", "x-hop");
        request.Headers.TryAddWithoutValidation("x-hop", "1");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        request.Headers.TryAddWithoutValidation("x-halffull-anything", "1");
        using var answer = await Given.Client.SendAsync(request);

        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", received!["traceparent"]);
        Assert.Equal("Bearer k", received["Authorization"]);
        Assert.Empty(received["x-hop"].ToString() + received["Accept-Encoding"] + received["x-halffull-anything"]);
        Assert.Equal("yes", answer.Headers.GetValues("x-from-replica").Single());
        Assert.Equal($"127.0.0.1:{upstream.Address.Port}", answer.Headers.GetValues(GatewayHeaders.Replica).Single());
        Assert.NotEmpty(answer.Headers.GetValues(GatewayHeaders.RequestId).Single() + answer.Headers.GetValues(GatewayHeaders.QueueMilliseconds).Single());
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task The_first_event_is_not_held_back()
    {
        var release = new TaskCompletionSource();
        await using var upstream = await Given.Upstream(async context =>
        {
            await EventsAsync(context, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n");
            await release.Task;
            await EventsAsync(context, "data: [DONE]\n\n");
        });
        await using var gateway = await Given.Gateway(options: null, upstream.Address);
        using var answer = await Given.Post(gateway, "/v1/chat/completions", Given.Chat);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Contains("\"a\"", await reader.ReadLineAsync(), StringComparison.Ordinal);
        release.SetResult();
        Assert.Equal("\ndata: [DONE]\n\n", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task A_gateway_that_stops_finishes_its_streams()
    {
        var release = new TaskCompletionSource();
        await using var upstream = await Given.Upstream(async context =>
        {
            await EventsAsync(context, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n");
            await release.Task;
            await EventsAsync(context, "data: [DONE]\n\n");
        });
        await using var gateway = await Given.Gateway(options: null, upstream.Address);
        using var answer = await Given.Post(gateway, "/v1/chat/completions", Given.Chat);
        var stopped = gateway.StopAsync(CancellationToken.None);
        release.SetResult();
        Assert.EndsWith("data: [DONE]\n\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await stopped;
        await Assert.ThrowsAsync<HttpRequestException>(() => Given.Post(gateway, "/v1/chat/completions", Given.Chat));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var upstream = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        await using var gateway = await Given.Gateway(Given.Options with { MostBodyBytes = 1000 }, upstream.Address);
        using var answer = await Given.Post(gateway, "/v1/completions", $"{{\"prompt\":\"{new string('x', 2000)}\"}}");
        Assert.Equal(413, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_body_that_does_not_say_how_large_it_is_is_refused_likewise()
    {
        await using var gateway = await Given.Gateway(Given.Options with { MostBodyBytes = 1000 });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Address, "/v1/completions")) { Content = new StringContent(new string('x', 200_000)) };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await Given.Client.SendAsync(request);
        Assert.Equal(413, (int)answer.StatusCode);
        Assert.Contains("\"code\":\"request_too_large\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var body = await PooledBody.ReadAsync(context.Request, 1 << 20, context.RequestAborted);
        return body.Span.ToArray();
    }

    private static async Task EventsAsync(HttpContext context, params string[] events)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "text/event-stream";
        }

        foreach (var text in events)
        {
            await context.Response.WriteAsync(text);
            await context.Response.Body.FlushAsync();
        }
    }
}
