using System.Collections.Concurrent;
using HalfFull.Gateway.Access;
using HalfFull.Gateway.Configuration;
using HalfFull.Gateway.Http;
using HalfFull.Routing;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Tests.Configuration;

public sealed class ConfigWatcherTests : IDisposable
{
    private readonly string file = Path.Combine(Path.GetTempPath(), $"halffull-{Guid.NewGuid():N}.json");
    private readonly ConcurrentQueue<string> notices = new();

    public void Dispose() => File.Delete(file);

    [Fact]
    public async Task A_change_is_applied_and_open_streams_go_on()
    {
        var release = new TaskCompletionSource();
        await using var first = await Streaming(release.Task);
        await using var second = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        Write($"{{\"replicas\":[\"{first.Address}\"]}}");
        await using var gateway = await Start();
        await using var watcher = Watch(gateway);
        using var stream = await Given.Post(gateway, "/v1/chat/completions", Given.Chat);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        Assert.Contains("\"a\"", await reader.ReadLineAsync(), StringComparison.Ordinal);

        Write($"{{\"router\":\"p2c\",\"replicas\":[\"{second.Address}\"]}}");
        await Eventually.True(() => notices.Any(text => text.Contains("is applied", StringComparison.Ordinal)), "the change is applied");
        await Eventually.True(() => gateway.Pool.Read(all => all is [{ Id: 1, State: ReplicaState.Ready }]), "the other replica took its place");
        Assert.Equal("p2c", gateway.Pool.Policies.Router.ToString());
        using var other = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
        Assert.Equal("{}", await other.Content.ReadAsStringAsync());

        release.SetResult();
        Assert.EndsWith("data: [DONE]\n\n", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task A_file_that_is_wrong_is_refused_in_one_sentence_and_the_old_one_stays()
    {
        await using var upstream = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        Write($"{{\"replicas\":[\"{upstream.Address}\"]}}");
        await using var gateway = await Start();
        await using var watcher = Watch(gateway);
        Write("{\"router\":\"nobody\"}");
        await Eventually.True(() => !notices.IsEmpty, "it is refused");
        Assert.Contains("stays in use", Assert.Single(notices), StringComparison.Ordinal);
        Assert.Equal("sal", gateway.Pool.Policies.Router.ToString());
        using var answer = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
        Assert.Equal(200, (int)answer.StatusCode);
        var metrics = await Given.Client.GetStringAsync(new Uri(gateway.Address, "/metrics"));
        Assert.Contains("halffull_config_reloads_total{outcome=\"applied\"} 0", metrics, StringComparison.Ordinal);
        Assert.Contains("halffull_config_reloads_total{outcome=\"refused\"} 1", metrics, StringComparison.Ordinal);

        // A signal reads it again, changed or not.
        Assert.False(await watcher.ReloadAsync());
        Write("{}");
        Assert.True(await watcher.ReloadAsync());
        Assert.Empty(gateway.Pool.Read(all => all.ToArray()));
    }

    [Fact]
    public async Task Keys_count_from_the_next_request_on_and_what_cannot_change_is_told()
    {
        await using var upstream = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        Write($"{{\"replicas\":[\"{upstream.Address}\"]}}");
        await using var gateway = await Start();
        await using var watcher = Watch(gateway);
        Write($"{{\"replicas\":[\"{upstream.Address}\"],\"seed\":9,\"keys\":[{{\"name\":\"a\",\"hash\":\"{KeyHash.Of("0123456789abcdef")}\"}}]}}");
        Assert.True(await watcher.ReloadAsync());
        using var answer = await Given.Post(gateway, "/v1/completions", "{\"prompt\":\"x\"}");
        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Contains(notices, text => text.Contains("seed count from the next start", StringComparison.Ordinal));
        Assert.Equal(0, gateway.Pool.Read(all => all.Single().Id));
    }

    [Fact]
    public async Task Shares_of_tenants_change_at_once_however_many_there_are()
    {
        Write("{\"tenants\":{\"a\":{\"weight\":2},\"b\":{\"weight\":3}}}");
        await using var gateway = await Start();
        await using var watcher = Watch(gateway);
        Write("{\"tenants\":{\"b\":{\"weight\":4},\"a\":{\"weight\":2}},\"router\":\"p2c\"}");
        Assert.True(await watcher.ReloadAsync());
        Assert.Equal(4, gateway.Options.TenantWeights["b"]);
        Assert.Equal("p2c", gateway.Pool.Policies.Router.ToString());
        Assert.DoesNotContain(notices, text => text.Contains("next start", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_replica_that_came_by_the_api_is_the_files_once_that_names_it()
    {
        await using var upstream = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        Write("{}");
        await using var gateway = await Start();
        await using var watcher = Watch(gateway);
        var id = gateway.Add(upstream.Address).Id;
        Write($"{{\"replicas\":[\"{upstream.Address}\"]}}");
        Assert.True(await watcher.ReloadAsync());
        Assert.Equal(id, Assert.Single(gateway.Pool.Read(all => all.ToArray())).Id);
        Write("{}");
        Assert.True(await watcher.ReloadAsync());
        Assert.Empty(gateway.Pool.Read(all => all.ToArray()));
    }

    [Fact]
    public async Task Many_reloads_under_load_lose_no_request()
    {
        await using var first = await Given.Worker();
        await using var second = await Given.Worker();
        var texts = new[] { $"{{\"replicas\":[\"{first.Address}\",\"{second.Address}\"]}}", $"{{\"router\":\"p2c\",\"replicas\":[\"{first.Address}\"]}}" };
        Write(texts[0]);
        await using var gateway = await Start();
        await using var watcher = Watch(gateway);
        var load = Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            for (var i = 0; i < 20; i++)
            {
                using var answer = await Given.Post(gateway, "/v1/chat/completions", Given.Chat);
                Assert.Equal(200, (int)answer.StatusCode);
                Assert.EndsWith("data: [DONE]\n\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }));
        for (var i = 1; !load.IsCompleted; i++)
        {
            Write(texts[i % 2]);
            Assert.True(await watcher.ReloadAsync());
        }

        await load;
        await Given.LedgerIsZero(gateway);
    }

    private static Task<HttpHost> Streaming(Task release) => Given.Upstream(async context =>
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n");
        await context.Response.Body.FlushAsync();
        await release;
        await context.Response.WriteAsync("data: [DONE]\n\n");
    });

    private void Write(string text)
    {
        // As editors and deployments do: never a half-written file.
        File.WriteAllText(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
    }

    private async Task<GatewayServer> Start()
    {
        var gateway = await GatewayServer.StartAsync(Read() with { Notice = notices.Enqueue });
        await Eventually.True(() => gateway.Pool.Read(all => all.All(replica => replica.State == ReplicaState.Ready)), "every replica is ready");
        return gateway;
    }

    private ConfigWatcher Watch(GatewayServer gateway) => new(gateway, file, Read, TimeSpan.FromMilliseconds(20));

    private GatewayOptions Read()
    {
        var options = GatewayConfig.Read(file).Options;
        return options with { Port = 0, HealthInterval = Given.Options.HealthInterval, ScrapeInterval = Given.Options.ScrapeInterval };
    }
}
