using System.Net;
using System.Text.Json;
using HalfFull.Gateway.Access;

namespace HalfFull.Gateway.Tests.Dashboard;

public sealed class LiveFeedTests
{
    [Fact]
    public async Task A_listener_is_told_the_state_the_hour_and_the_decisions_and_then_only_new_ones()
    {
        await using var worker = await Given.Worker();
        await using var gateway = await Given.Gateway(options: null, worker.Address);
        await AnswerAsync(gateway);
        using var stream = await OpenAsync(gateway);

        using var first = await NextAsync(stream, "state");
        Assert.Equal("halffull.state/1", first.RootElement.GetProperty("schema").GetString());
        var decision = Assert.Single(first.RootElement.GetProperty("decisions").EnumerateArray());
        Assert.Equal(0, decision.GetProperty("replica").GetInt32());
        Assert.NotEmpty(decision.GetProperty("reason").GetString()!);
        Assert.True(first.RootElement.GetProperty("latency").GetProperty("now").GetProperty("ttftP50").GetDouble() > 0);
        Assert.Equal(5, first.RootElement.GetProperty("replicas")[0].GetProperty("outputTokens").GetInt64());
        using var history = await NextAsync(stream, "history");
        Assert.Equal(5, history.RootElement.GetProperty("points").EnumerateArray().Sum(point => point.GetProperty("outputTokens").GetInt64()));

        await AnswerAsync(gateway);
        using var second = await NextAsync(stream, "state");
        Assert.NotEqual(decision.GetProperty("id").GetInt64(), Assert.Single(second.RootElement.GetProperty("decisions").EnumerateArray()).GetProperty("id").GetInt64());
        Assert.Equal(0, second.RootElement.GetProperty("skippedDecisions").GetInt64());
    }

    [Fact]
    public async Task A_gateway_that_stops_ends_its_listeners_in_order()
    {
        await using var gateway = await Given.Gateway(options: null);
        using var stream = await OpenAsync(gateway);
        using var first = await NextAsync(stream, "state");

        using var never = new CancellationTokenSource();
        var stopped = gateway.StopAsync(never.Token);
        while (await stream.ReadLineAsync() is not null)
        {
        }

        await stopped;
    }

    [Fact]
    public async Task A_listener_whose_key_is_taken_away_hears_no_more()
    {
        var key = KeyHash.CreateKey();
        await using var gateway = await Given.Gateway(Given.Options with { Keys = [new ApiKey("boss", KeyHash.Of(key)) { IsAdmin = true }] });
        Assert.Equal(HttpStatusCode.Unauthorized, (await Given.Client.GetAsync(new Uri(gateway.Address, "/api/events"))).StatusCode);
        using var stream = await OpenAsync(gateway, key);
        using var first = await NextAsync(stream, "state");

        await gateway.ApplyAsync(gateway.Options with { Keys = [new ApiKey("other", KeyHash.Of(KeyHash.CreateKey())) { IsAdmin = true }] });

        while (await stream.ReadLineAsync() is not null)
        {
        }
    }

    [Fact]
    public async Task Seventeen_listeners_are_one_too_many()
    {
        await using var gateway = await Given.Gateway(options: null);
        var streams = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => OpenAsync(gateway)));
        using var answer = await Given.Client.GetAsync(new Uri(gateway.Address, "/api/events"), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        streams[0].Dispose();
        await Eventually.True(() => IsAcceptedAsync(gateway).GetAwaiter().GetResult(), "one place is free again");
        Array.ForEach(streams, stream => stream.Dispose());
    }

    [Fact]
    public async Task Page_and_events_answer_to_this_machine_only_where_there_are_no_keys_and_the_page_runs_its_own_scripts_only()
    {
        await using var gateway = await Given.Gateway(options: null);
        foreach (var path in (string[])["/", "/api/events"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, path)) { Headers = { Host = "evil.example" } };
            using var refused = await Given.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using var page = await Given.Client.GetAsync(gateway.Address);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-inline'", policy.Split(';')[1], StringComparison.Ordinal);
        var html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotMatch("(src|href)=\"http", html);
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType!.ToString());
    }

    private static async Task<bool> IsAcceptedAsync(GatewayServer gateway)
    {
        using var answer = await Given.Client.GetAsync(new Uri(gateway.Address, "/api/events"), HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode == HttpStatusCode.OK;
    }

    private static async Task AnswerAsync(GatewayServer gateway)
    {
        using var answer = await Given.Post(gateway, "/v1/chat/completions", Given.Chat);
        _ = await answer.Content.ReadAsStringAsync();
        await Given.LedgerIsZero(gateway);
    }

    private static async Task<StreamReader> OpenAsync(GatewayServer gateway, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, "/api/events"));
        if (key is not null)
        {
            request.Headers.Authorization = new("Bearer", key);
        }

        var answer = await Given.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        return new StreamReader(await answer.Content.ReadAsStreamAsync());
    }

    private static async Task<JsonDocument> NextAsync(StreamReader stream, string name)
    {
        while (await stream.ReadLineAsync() is { } line)
        {
            if (string.Equals(line, $"event: {name}", StringComparison.Ordinal))
            {
                return JsonDocument.Parse((await stream.ReadLineAsync())!["data: ".Length..]);
            }
        }

        throw new EndOfStreamException(name);
    }
}
