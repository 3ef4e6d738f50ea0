using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using HalfFull.Gateway.Forwarding;
using HalfFull.Gateway.Http;
using HalfFull.Policies;
using HalfFull.Scheduling;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Tests.Forwarding;

/// <summary>The queue as clients meet it.</summary>
public sealed class QueueingTests
{
    private const string Prompt = "{\"prompt\":\"x\"}";
    private static readonly GatewayOptions OneAtATime = Given.Options with { Limits = new FrontLimits { MostRequests = 1, MostUnstartedRequests = 1 } };

    [Fact]
    public async Task A_client_that_leaves_the_queue_never_reaches_a_replica()
    {
        using var gate = new SemaphoreSlim(0);
        var asked = new ConcurrentQueue<string>();
        await using var upstream = await Held(gate, asked);
        await using var gateway = await Given.Gateway(OneAtATime, upstream.Address);
        var first = Given.Post(gateway, "/v1/completions", Prompt);
        await Eventually.True(() => asked.Count == 1, "the replica is asked");
        using var leave = new CancellationTokenSource();
        var leaving = Given.Post(gateway, "/v1/completions", Prompt, leave.Token);
        await Eventually.True(() => gateway.Pool.Waiting == 1, "the second waits");
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        await Eventually.True(() => gateway.Pool.Waiting == 0, "it is gone");
        gate.Release(9);
        using var answer = await first;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var third = await Given.Post(gateway, "/v1/completions", Prompt);
        Assert.Equal((HttpStatusCode.OK, 2), (third.StatusCode, asked.Count));
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task A_queue_that_is_full_answers_429_with_the_time_to_come_back_and_all_answers_tell_their_wait()
    {
        using var gate = new SemaphoreSlim(0);
        var asked = new ConcurrentQueue<string>();
        await using var upstream = await Held(gate, asked);
        await using var gateway = await Given.Gateway(OneAtATime with { Limits = OneAtATime.Limits with { MostWaiting = 1 } }, upstream.Address);
        var first = Given.Post(gateway, "/v1/completions", Prompt);
        await Eventually.True(() => asked.Count == 1, "the replica is asked");
        var second = Given.Post(gateway, "/v1/completions", Prompt);
        await Eventually.True(() => gateway.Pool.Waiting == 1, "the second waits");
        using var refused = await Given.Post(gateway, "/v1/completions", Prompt);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
        using var error = JsonDocument.Parse(await refused.Content.ReadAsStringAsync());
        Assert.Equal("overloaded", error.RootElement.GetProperty("error").GetProperty("code").GetString());

        var page = await Given.Client.GetStringAsync(new Uri(gateway.Address, "metrics"));
        Assert.Contains("halffull_queue_length 1\n", page, StringComparison.Ordinal);
        Assert.Contains("halffull_queue_held_total{reason=\"requests\"} 2\n", page, StringComparison.Ordinal);
        Assert.Contains("halffull_queue_bound_violations_total{bound=\"overtaking\"} 0\n", page, StringComparison.Ordinal);
        Assert.Contains("halffull_queue_wait_seconds_count 1\n", page, StringComparison.Ordinal);
        gate.Release(9);
        using var firstAnswer = await first;
        using var secondAnswer = await second;
        Assert.True(Wait(secondAnswer) > 0);
        Assert.True(Wait(refused) < Wait(secondAnswer));
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task A_shutdown_finishes_those_that_wait_too()
    {
        using var gate = new SemaphoreSlim(0);
        var asked = new ConcurrentQueue<string>();
        await using var upstream = await Held(gate, asked);
        await using var gateway = await Given.Gateway(OneAtATime, upstream.Address);
        var answers = Enumerable.Range(0, 4).Select(_ => Given.Post(gateway, "/v1/completions", Prompt)).ToArray();
        await Eventually.True(() => gateway.Pool.Waiting == 3, "three wait");
        using var grace = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var stopping = gateway.StopAsync(grace.Token);
        gate.Release(9);
        foreach (var answer in await Task.WhenAll(answers))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            answer.Dispose();
        }

        await stopping;
        Assert.Equal(4, asked.Count);
    }

    [Fact]
    public async Task A_retry_goes_before_those_that_wait()
    {
        using var gate = new SemaphoreSlim(0);
        var asked = new ConcurrentQueue<string>();
        var fail = new TaskCompletionSource();
        await using var bad = await Given.Upstream(async context =>
        {
            await fail.Task;
            context.Abort();
        });
        await using var good = await Held(gate, asked);
        var options = OneAtATime with { Router = PolicySpec.Parse("round-robin"), Queue = PolicySpec.Parse("fcfs"), FailuresToOpen = 1, OpenTime = TimeSpan.FromHours(1) };
        await using var gateway = await Given.Gateway(options, bad.Address, good.Address);
        var retried = Given.Post(gateway, "/v1/completions", "{\"prompt\":\"retried\"}");
        await Eventually.True(() => gateway.Pool.Read(all => all[0].Account.Requests == 1), "the bad one has it");
        var first = Given.Post(gateway, "/v1/completions", "{\"prompt\":\"first\"}");
        await Eventually.True(() => asked.Count == 1, "the good one is asked");
        var behind = Given.Post(gateway, "/v1/completions", "{\"prompt\":\"behind\"}");
        await Eventually.True(() => gateway.Pool.Waiting == 1, "one waits");
        fail.SetResult();
        await Eventually.True(() => gateway.Pool.Waiting == 2, "two wait");
        gate.Release(9);
        foreach (var answer in await Task.WhenAll(retried, first, behind))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            answer.Dispose();
        }

        Assert.Equal(["first", "retried", "behind"], asked);
        await Given.LedgerIsZero(gateway);
    }

    /// <summary>
    /// Real emulated replicas, busy with long prompts while many others wait. That fcfs keeps the order of arrival is tested where it can be seen exactly: in whom the scheduler
    /// releases, not in whose token comes first from two replicas.
    /// </summary>
    [Fact]
    public async Task Short_requests_overtake_long_ones_under_sal_and_larry()
    {
        await using var one = await Given.Worker(stepMicros: 60_000);
        await using var two = await Given.Worker(stepMicros: 60_000);
        await using var gateway = await Given.Gateway(
            Given.Options with { Router = PolicySpec.Parse("sal"), Queue = PolicySpec.Parse("larry") }, one.Address, two.Address);
        var asked = 0;
        var order = new ConcurrentQueue<string>();
        var calls = new List<Task>();
        for (var i = 0; i < 8; i++)
        {
            calls.Add(CallAsync("long", 8000));
        }

        await Eventually.True(() => gateway.Pool.Waiting >= 5, "long prompts wait");
        for (var i = 0; i < 6; i++)
        {
            calls.Add(CallAsync("short", 20));
        }

        await Task.WhenAll(calls);
        var lastLong = order.ToList().LastIndexOf("long");
        Assert.Equal(14, order.Count);
        Assert.Equal(6, order.Take(lastLong).Count(name => name == "short"));
        await Given.LedgerIsZero(gateway);

        async Task CallAsync(string name, int tokens)
        {
            // No two prompts begin alike, or all but the first would be cached.
            var ids = string.Join(',', Enumerable.Repeat(7, tokens - 1).Prepend(Interlocked.Increment(ref asked)));
            using var answer = await Given.Post(gateway, "/v1/completions", $"{{\"model\":\"halffull-emulated\",\"stream\":true,\"max_tokens\":2,\"prompt\":[{ids}]}}");
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            await reader.ReadLineAsync();
            order.Enqueue(name);
            await reader.ReadToEndAsync();
        }
    }

    private static double Wait(HttpResponseMessage answer) =>
        double.Parse(answer.Headers.GetValues(GatewayHeaders.QueueMilliseconds).Single(), CultureInfo.InvariantCulture);

    /// <summary>A server that answers once for each release.</summary>
    private static Task<HttpHost> Held(SemaphoreSlim gate, ConcurrentQueue<string> asked) => Given.Upstream(async context =>
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        using var body = JsonDocument.Parse(await reader.ReadToEndAsync());
        asked.Enqueue(body.RootElement.GetProperty("prompt").GetString()!);
        await gate.WaitAsync(context.RequestAborted);
        await context.Response.WriteAsync("{}");
    });
}
