using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using HalfFull.Routing;

namespace HalfFull.Gateway.Tests;

public sealed class AdminApiTests
{
    [Fact]
    public async Task Replicas_come_drain_come_back_and_go_at_run_time()
    {
        await using var first = await Given.Worker();
        await using var second = await Given.Worker();
        await using var gateway = await Given.Gateway(options: null, first.Address);
        var replicas = new Uri(gateway.Address, "/api/replicas");

        using var added = await Given.Client.PostAsJsonAsync(replicas, new { url = second.Address });
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        await Eventually.True(() => gateway.Pool.Read(all => all.Count(replica => replica.State == ReplicaState.Ready)) == 2, "both are ready");

        // Once more would be two series of one name, and one server's memory counted twice.
        using var twice = await Given.Client.PostAsJsonAsync(replicas, new { url = second.Address });
        Assert.Equal(HttpStatusCode.Conflict, twice.StatusCode);
        Assert.Equal("replica_exists", (string)JsonNode.Parse(await twice.Content.ReadAsStringAsync())!["error"]!["code"]!);
        Assert.Equal(2, gateway.Pool.Read(all => all.Count));

        using var drained = await Given.Client.PostAsJsonAsync(new Uri(gateway.Address, "/api/replicas/0/drain"), new { });
        Assert.Equal(HttpStatusCode.OK, drained.StatusCode);
        for (var i = 0; i < 3; i++)
        {
            using var answer = await Given.Post(gateway, "/v1/chat/completions", Given.Chat);
            Assert.Equal($"127.0.0.1:{second.Address.Port}", answer.Headers.GetValues("x-halffull-replica").Single());
            _ = await answer.Content.ReadAsStringAsync();
        }

        using var undrained = await Given.Client.PostAsJsonAsync(new Uri(gateway.Address, "/api/replicas/0/undrain"), new { });
        Assert.Equal(HttpStatusCode.OK, undrained.StatusCode);
        Assert.True(gateway.Pool.Drain(1));
        using (var back = await Given.Post(gateway, "/v1/chat/completions", Given.Chat))
        {
            Assert.Equal($"127.0.0.1:{first.Address.Port}", back.Headers.GetValues("x-halffull-replica").Single());
            _ = await back.Content.ReadAsStringAsync();
        }

        using var nobody = await Given.Client.PostAsJsonAsync(new Uri(gateway.Address, "/api/replicas/9/undrain"), new { });
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
        Assert.True(gateway.Pool.Undrain(1));
        using var remove = new HttpRequestMessage(HttpMethod.Delete, new Uri(gateway.Address, "/api/replicas/0")) { Content = JsonContent.Create(new { }) };
        using var removed = await Given.Client.SendAsync(remove);
        Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
        await Eventually.True(() => gateway.Pool.Read(all => all[0].Report is not null), "its metrics are read");
        var state = JsonNode.Parse(await Given.Client.GetStringAsync(new Uri(gateway.Address, "/api/state")))!;
        Assert.Equal([1], state["replicas"]!.AsArray().Select(replica => (int)replica!["id"]!));
        Assert.Equal(160_000, (int)state["replicas"]![0]!["kvCapacityTokens"]!);
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task A_model_of_draining_replicas_alone_is_not_listed()
    {
        await using var worker = await Given.Worker();
        await using var gateway = await Given.Gateway(options: null, worker.Address);
        var models = new Uri(gateway.Address, "/v1/models");
        Assert.Contains("halffull-emulated", await Given.Client.GetStringAsync(models), StringComparison.Ordinal);
        Assert.True(gateway.Pool.Drain(0));
        Assert.DoesNotContain("halffull-emulated", await Given.Client.GetStringAsync(models), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("x")]
    [InlineData("{\"url\":\"ftp://x\"}")]
    [InlineData("{\"url\":\"http://u:p@x\"}")]
    public async Task What_is_no_address_is_refused(string body)
    {
        await using var gateway = await Given.Gateway(options: null);
        using var answer = await Given.Post(gateway, "/api/replicas", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task The_router_is_switched_while_it_runs_and_a_wrong_one_changes_nothing()
    {
        await using var worker = await Given.Worker();
        await using var gateway = await Given.Gateway(options: null, worker.Address);
        var policy = new Uri(gateway.Address, "/api/policy");
        using var stream = await Given.Post(gateway, "/v1/chat/completions", Given.Chat);
        using var switched = await Given.Client.PutAsJsonAsync(policy, new { router = "least-requests", queue = "fcfs" });
        Assert.Equal("least-requests", (string)JsonNode.Parse(await switched.Content.ReadAsStringAsync())!["router"]!);
        using var unknown = await Given.Client.PutAsJsonAsync(policy, new { router = "nobody" });
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        using var misspelt = await Given.Client.PutAsJsonAsync(policy, new { rooter = "sal" });
        Assert.Equal(HttpStatusCode.BadRequest, misspelt.StatusCode);
        using var nothing = await Given.Client.PutAsJsonAsync(policy, new { });
        Assert.Equal(HttpStatusCode.OK, nothing.StatusCode);
        Assert.Equal("least-requests", (string)JsonNode.Parse(await Given.Client.GetStringAsync(policy))!["router"]!);
        Assert.Equal("fcfs", (string)JsonNode.Parse(await Given.Client.GetStringAsync(policy))!["queue"]!);
        _ = await stream.Content.ReadAsStringAsync();
        using var next = await Given.Post(gateway, "/v1/chat/completions", Given.Chat);
        Assert.EndsWith("data: [DONE]\n\n", await next.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Given.LedgerIsZero(gateway);
    }

    [Fact]
    public async Task A_form_of_a_foreign_page_cannot_change_anything()
    {
        await using var gateway = await Given.Gateway(options: null);
        using var form = new StringContent("{\"url\":\"http://127.0.0.1:1\"}");
        using var answer = await Given.Client.PostAsync(new Uri(gateway.Address, "/api/replicas"), form);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task Unknown_paths_are_not_found_in_the_usual_shape()
    {
        await using var gateway = await Given.Gateway(options: null);
        using var answer = await Given.Client.GetAsync(new Uri(gateway.Address, "/v2/else"));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("not_found", (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!["code"]!);
    }
}
