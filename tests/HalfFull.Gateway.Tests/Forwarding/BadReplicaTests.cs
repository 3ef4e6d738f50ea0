using System.Net;
using System.Text;
using HalfFull.Gateway.Forwarding;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Tests.Forwarding;

/// <summary>Replicas that behave badly: the client gets an answer or a clear error, nothing twice, and the ledger ends at nothing.</summary>
public sealed class BadReplicaTests
{
    private const string Token = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(0)]
    public async Task A_replica_that_fails_before_its_first_byte_is_replaced_by_another(int status)
    {
        var asked = 0;
        await using var bad = await Given.Upstream(context =>
        {
            Interlocked.Increment(ref asked);
            context.Response.StatusCode = status == 0 ? 200 : status;
            context.Response.Headers["x-bad"] = "1";
            if (status == 0)
            {
                context.Abort();
            }

            return Task.CompletedTask;
        });
        await using var good = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        await using var gateway = await Given.Gateway(RoundRobin, bad.Address, good.Address);
        for (var i = 0; i < 6; i++)
        {
            using var answer = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal($"127.0.0.1:{good.Address.Port}", answer.Headers.GetValues(GatewayHeaders.Replica).Single());
            Assert.False(answer.Headers.Contains("x-bad"));
        }

        Assert.NotEqual(0, asked);
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task An_address_where_nobody_listens_is_replaced_by_another()
    {
        await using var good = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        var gone = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        await using var gateway = await Given.Gateway(RoundRobin with { HealthInterval = TimeSpan.FromHours(1) }, gone.Address, good.Address);
        await gone.DisposeAsync();
        for (var i = 0; i < 4; i++)
        {
            using var answer = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await Given.LedgerIsZero(gateway);
    }

    /// <summary>Two serve the model when the first try begins, and none when the second is due.</summary>
    [Fact]
    public async Task A_retry_for_which_nobody_is_left_ends_as_the_try_before_and_not_as_an_unknown_model()
    {
        GatewayServer? running = null;
        await using var bad = await Given.Upstream(Vanish);
        await using var worse = await Given.Upstream(Vanish);
        await using var gateway = await Given.Gateway(Given.Options, bad.Address, worse.Address);
        running = gateway;
        await using var other = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        gateway.Add(new Gateway.Replicas.ReplicaSettings(other.Address) { Models = ["another"] });
        await Eventually.True(() => gateway.Pool.Read(all => all.All(replica => replica.State == Routing.ReplicaState.Ready)), "both are ready");
        using var answer = await Given.Post(gateway, "/v1/completions", "{\"model\":\"halffull-emulated\",\"prompt\":\"x\"}");
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        await Given.LedgerIsZero(gateway);

        async Task Vanish(HttpContext context)
        {
            await running!.RemoveAsync(0);
            await running!.RemoveAsync(1);
            context.Abort();
        }
    }

    [Theory]
    [InlineData(429)]
    [InlineData(400)]
    [InlineData(500)]
    public async Task Other_errors_come_through_as_they_are_and_are_not_repeated(int status)
    {
        var asked = 0;
        await using var bad = await Given.Upstream(context =>
        {
            Interlocked.Increment(ref asked);
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "7";
            return context.Response.WriteAsync("{\"error\":\"mine\"}");
        });
        await using var gateway = await Given.Gateway(options: null, bad.Address);
        using var answer = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("7", answer.Headers.GetValues("Retry-After").Single());
        Assert.Equal("{\"error\":\"mine\"}", await answer.Content.ReadAsStringAsync());
        Assert.Equal(1, asked);
        await Given.LedgerIsZero(gateway);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("end")]
    [InlineData("half")]
    [InlineData("error")]
    public async Task A_stream_that_breaks_ends_with_an_error_and_is_never_begun_again(string how)
    {
        var asked = 0;
        var received = new TaskCompletionSource();
        await using var bad = await Given.Upstream(async context =>
        {
            Interlocked.Increment(ref asked);
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(Token + (how is "half" ? "data: {\"choi" : how is "error" ? "data: {\"error\":{\"message\":\"no\"}}\n\n" : string.Empty));
            await context.Response.Body.FlushAsync();
            if (how is "cut" or "half")
            {
                // An abort throws away what has not been read yet.
                await received.Task;
                context.Abort();
            }
        });
        await using var gateway = await Given.Gateway(options: null, bad.Address);
        using var answer = await Given.Post(gateway, "/v1/chat/completions", Given.Chat);
        var stream = await answer.Content.ReadAsStreamAsync();
        var first = new byte[Token.Length];
        await stream.ReadExactlyAsync(first);
        received.SetResult();
        using var reader = new StreamReader(stream);
        var text = await reader.ReadToEndAsync();
        Assert.Equal(Token, Encoding.UTF8.GetString(first));
        var last = text.TrimEnd('\n').Split('\n')[^1];
        Assert.Contains("\"type\":\"upstream_error\"", last, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.Equal(1, asked);
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task Garbage_passes_through_and_harms_nobody()
    {
        await using var bad = await Given.Upstream(context =>
        {
            context.Response.ContentType = "text/event-stream";
            return context.Response.Body.WriteAsync(new byte[] { 0xff, 0xfe, 10, 10, 13, 10, 0 }).AsTask();
        });
        await using var gateway = await Given.Gateway(options: null, bad.Address);
        using var answer = await Given.Post(gateway, "/v1/chat/completions", Given.Chat);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal([0xff, 0xfe, 10, 10, 13, 10, 0], bytes[..7]);
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task An_answer_cut_short_breaks_the_connection_and_is_not_passed_off_as_whole()
    {
        var received = new TaskCompletionSource();
        await using var bad = await Given.Upstream(async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync(new string('x', 50));
            await context.Response.Body.FlushAsync();
            await received.Task;
            context.Abort();
        });
        await using var gateway = await Given.Gateway(options: null, bad.Address);
        using var answer = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
        received.SetResult();
        await Assert.ThrowsAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync());
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task A_single_replica_that_is_busy_speaks_for_itself()
    {
        await using var busy = await Given.Upstream(context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = "9";
            return context.Response.WriteAsync("busy");
        });
        await using var gateway = await Given.Gateway(options: null, busy.Address);
        using var answer = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("busy", await answer.Content.ReadAsStringAsync());
        Assert.Equal("9", answer.Headers.GetValues("Retry-After").Single());
    }

    [Fact]
    public async Task A_silent_replica_times_out()
    {
        var release = new TaskCompletionSource();
        await using var silent = await Given.Upstream(_ => release.Task);
        await using var gateway = await Given.Gateway(Given.Options with { IdleTimeout = TimeSpan.FromMilliseconds(200) }, silent.Address);
        using var answer = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.Contains("replica_timeout", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        release.SetResult();
        await Given.LedgerIsZero(gateway);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_leaves_is_gone_upstream_too(bool midStream)
    {
        var left = new TaskCompletionSource();
        await using var slow = await Given.Upstream(async context =>
        {
            context.RequestAborted.Register(left.SetResult);
            if (midStream)
            {
                context.Response.ContentType = "text/event-stream";
                await context.Response.WriteAsync(Token);
                await context.Response.Body.FlushAsync();
            }

            await left.Task;
        });
        await using var gateway = await Given.Gateway(options: null, slow.Address);
        using var cancellation = new CancellationTokenSource();
        var call = Given.Post(gateway, "/v1/chat/completions", Given.Chat, cancellation.Token);
        await Eventually.True(() => gateway.Pool.Read(all => all[0].Account.Requests == 1), "the request is under way");
        if (midStream)
        {
            using var answer = await call;
            await (await answer.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[Token.Length]);
        }
        else
        {
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        await left.Task;
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task No_healthy_replica_is_a_503_that_says_when_to_come_back()
    {
        var gone = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        await using var gateway = await Given.Gateway(options: null, gone.Address);
        await gone.DisposeAsync();
        await Eventually.True(() => gateway.Pool.Read(all => all[0].State == Routing.ReplicaState.Down), "the replica is down");
        using var answer = await Given.Post(gateway, "/v1/completions", "{\"model\":\"halffull-emulated\",\"prompt\":\"x\"}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        using var ready = await Given.Client.GetAsync(new Uri(gateway.Address, "/ready"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
    }

    [Fact]
    public async Task A_replica_that_keeps_failing_is_left_alone_until_a_probe_succeeds()
    {
        var (asked, isBad) = (0, true);
        await using var replica = await Given.Upstream(context =>
        {
            Interlocked.Increment(ref asked);
            context.Response.StatusCode = Volatile.Read(ref isBad) ? 500 : 200;
            return context.Response.WriteAsync("{}");
        });
        var time = new ManualTime();
        var options = Given.Options with { FailuresToOpen = 3, OpenTime = TimeSpan.FromSeconds(5), Time = time };
        await using var gateway = await Given.Gateway(options, replica.Address);
        for (var i = 0; i < 3; i++)
        {
            using var failed = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
            Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
            await Given.LedgerIsZero(gateway);
        }

        using var refused = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(3, asked);

        Volatile.Write(ref isBad, false);
        time.Advance(5);
        using var answer = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Eventually.True(() => gateway.Pool.Read(all => all[0].Breaker.StateAt(gateway.Pool.Now) == Gateway.Replicas.BreakerState.Closed), "the breaker closes");
        await Given.LedgerIsZero(gateway);
    }

    private static GatewayOptions RoundRobin => Given.Options with { Router = Policies.PolicySpec.Parse("round-robin") };
}
