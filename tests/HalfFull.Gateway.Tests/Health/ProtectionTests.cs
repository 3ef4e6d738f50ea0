using System.Net;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.Replicas;
using HalfFull.Policies;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Tests.Health;

/// <summary>What the gateway does when replicas or clients ask for too much, against real servers.</summary>
public sealed class ProtectionTests
{
    private const string Token = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";

    [Fact]
    public async Task An_engine_that_hangs_behind_living_metrics_is_left_out_until_it_moves()
    {
        var tokens = 5;
        await using var frozen = await Engine(() => Volatile.Read(ref tokens));
        var steps = 0;
        await using var moving = await Engine(() => Interlocked.Increment(ref steps));
        var options = Given.Options with { Router = PolicySpec.Parse("round-robin"), FrozenTime = TimeSpan.FromMilliseconds(300), SlowStartTime = TimeSpan.Zero };
        await using var gateway = await Given.Gateway(options, frozen.Address, moving.Address);
        await Eventually.True(() => gateway.Pool.Read(all => all[0].Health.Progress.IsFrozen(options.FrozenTime)), "the engine counts as frozen");
        for (var i = 0; i < 4; i++)
        {
            using var answer = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
            Assert.Equal($"127.0.0.1:{moving.Address.Port}", answer.Headers.GetValues("x-halffull-replica").Single());
        }

        Assert.Contains("\"frozen\"", await Given.Client.GetStringAsync(new Uri(gateway.Address, "/api/state")), StringComparison.Ordinal);
        Volatile.Write(ref tokens, 6);
        await Eventually.True(() => gateway.Pool.Read(all => !all[0].Health.Progress.IsFrozen(options.FrozenTime)), "it moves");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_past_its_deadline_ends_and_is_no_fault_of_the_replica(bool midStream)
    {
        var left = new TaskCompletionSource();
        await using var slow = await Given.Upstream(async context =>
        {
            context.RequestAborted.Register(() => left.TrySetResult());
            if (midStream)
            {
                context.Response.ContentType = "text/event-stream";
                await context.Response.WriteAsync(Token);
                await context.Response.Body.FlushAsync();
            }

            await left.Task;
        });
        await using var gateway = await Given.Gateway(Given.Options with { FailuresToOpen = 1 }, slow.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Address, "/v1/chat/completions")) { Content = new StringContent(Given.Chat) };
        request.Headers.Add("x-halffull-deadline-ms", "300");
        using var answer = await Given.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(midStream ? HttpStatusCode.OK : HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.Contains("deadline_exceeded", text, StringComparison.Ordinal);
        Assert.Equal(midStream, text.StartsWith(Token, StringComparison.Ordinal));
        await left.Task;
        await Given.LedgerIsZero(gateway);
        Assert.Equal((0L, BreakerState.Closed), gateway.Pool.Read(all => (all[0].Failures, all[0].Breaker.StateAt(gateway.Pool.Now))));
    }

    [Fact]
    public async Task The_gateways_own_time_limit_ends_requests_of_everybody()
    {
        var release = new TaskCompletionSource();
        await using var silent = await Given.Upstream(_ => release.Task);
        await using var gateway = await Given.Gateway(Given.Options with { RequestTimeout = TimeSpan.FromMilliseconds(200) }, silent.Address);
        using var answer = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        release.SetResult();
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task More_requests_at_once_than_allowed_get_429_and_the_next_passes_when_one_ended()
    {
        var release = new TaskCompletionSource();
        await using var slow = await Given.Upstream(async context =>
        {
            await release.Task;
            await context.Response.WriteAsync("{}");
        });
        await using var gateway = await Given.Gateway(Given.Options with { MostConcurrency = 2 }, slow.Address);
        var open = new[] { Post(gateway), Post(gateway) };
        await Eventually.True(() => gateway.Pool.Read(all => all[0].Account.Requests) == 2, "two are open");
        using var refused = await Post(gateway);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(1, refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        Assert.Contains("too_many_requests", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        release.SetResult();
        Assert.All(await Task.WhenAll(open), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        using var next = await Post(gateway);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task Headers_beyond_the_limit_are_refused()
    {
        await using var gateway = await Given.Gateway(Given.Options with { MostHeaderBytes = 2000 });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, "/health"));
        request.Headers.Add("x-large", new string('x', 3000));
        using var answer = await Given.Client.SendAsync(request);
        Assert.Equal(431, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_gateway_that_stops_says_so_first_and_still_takes_requests_for_a_while()
    {
        await using var upstream = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        await using var gateway = await Given.Gateway(Given.Options with { ShutdownDelay = TimeSpan.FromMinutes(1) }, upstream.Address);
        using var soon = new CancellationTokenSource();
        var stopped = gateway.StopAsync(soon.Token);
        using var ready = await Given.Client.GetAsync(new Uri(gateway.Address, "/ready"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        using var answer = await Post(gateway);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await soon.CancelAsync();
        await stopped;
        await Assert.ThrowsAsync<HttpRequestException>(() => Post(gateway));
    }

    private static Task<HttpResponseMessage> Post(GatewayServer gateway) => Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");

    /// <summary>A server whose metrics say that two requests run.</summary>
    private static Task<HttpHost> Engine(Func<int> tokens) => HttpHost.StartAsync("127.0.0.1", 0, 1 << 20, context => context.Response.WriteAsync(
        context.Request.Path.Value is "/metrics"
            ? $"vllm:num_requests_running 2\nvllm:num_requests_waiting 0\nvllm:generation_tokens_total {tokens()}\n"
            : "{\"data\":[{\"id\":\"m\"}]}"));
}
