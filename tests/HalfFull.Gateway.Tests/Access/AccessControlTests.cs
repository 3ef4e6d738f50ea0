using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using HalfFull.Gateway.Access;
using HalfFull.Gateway.Replicas;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Tests.Access;

public sealed class AccessControlTests
{
    private static readonly string UserKey = KeyHash.CreateKey();
    private static readonly string AdminKey = KeyHash.CreateKey();
    private const string ImportedKey = "sk-made-somewhere-else";
    private static readonly ApiKey User = new("user", KeyHash.Of(UserKey)) { Tenant = "acme" };
    private static readonly ApiKey Admin = new("admin", KeyHash.Of(AdminKey)) { IsAdmin = true };
    private static readonly ApiKey Imported = new("imported", KeyHash.Of(ImportedKey)) { RequestsPerMinute = 2 };

    [Fact]
    public async Task Only_the_keys_of_the_configuration_open_the_api_and_only_admin_keys_the_rest()
    {
        await using var upstream = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        await using var gateway = await Keyed(upstream.Address);
        Assert.Equal(401, await Status(gateway, "/v1/completions", key: null));
        Assert.Equal(401, await Status(gateway, "/v1/completions", KeyHash.CreateKey()));
        Assert.Equal(401, await Status(gateway, "/v1/completions", UserKey[..^1] + (UserKey[^1] == 'A' ? 'E' : 'A')));
        Assert.Equal(200, await Status(gateway, "/v1/completions", UserKey));
        Assert.Equal(200, await Status(gateway, "/v1/completions", UserKey));
        Assert.Equal(200, await Status(gateway, "/v1/completions", ImportedKey));
        Assert.Equal(401, await Status(gateway, "/v1/models", key: null));
        Assert.Equal(200, await Status(gateway, "/v1/models", UserKey));
        Assert.Equal(401, await Status(gateway, "/api/state", key: null));
        Assert.Equal(403, await Status(gateway, "/api/state", UserKey));
        Assert.Equal(200, await Status(gateway, "/api/state", AdminKey));
        Assert.Equal(200, await Status(gateway, "/health", key: null));
        Assert.Equal(200, await Status(gateway, "/ready", key: null));
    }

    [Fact]
    public async Task A_refused_key_is_told_in_the_usual_shape_and_never_repeated()
    {
        await using var gateway = await Keyed();
        using var answer = await Send(gateway, "/v1/completions", "sk-a-secret-that-is-wrong");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
        Assert.Equal("invalid_api_key", (string)JsonNode.Parse(text)!["error"]!["code"]!);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_replica_sees_its_own_key_and_never_the_clients()
    {
        var seen = new List<string>();
        await using var upstream = await Given.Upstream(context =>
        {
            seen.Add(context.Request.Headers.Authorization.ToString() + "|" + context.Request.Headers["x-halffull-tenant"]);
            return context.Response.WriteAsync("{}");
        });
        await using (var keyed = await Keyed(upstream.Address))
        {
            Assert.Equal(200, await Status(keyed, "/v1/completions", UserKey));
        }

        await using (var both = await Keyed(new ReplicaSettings(upstream.Address) { ApiKey = "upstream-secret" }))
        {
            Assert.Equal(200, await Status(both, "/v1/completions", UserKey));
            using var state = await Send(both, "/api/state", AdminKey);
            Assert.DoesNotContain("secret", await state.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await using (var open = await Given.Gateway(options: null, upstream.Address))
        {
            Assert.Equal(200, await Status(open, "/v1/completions", "passed-through"));
        }

        Assert.Equal(["|", "Bearer upstream-secret|", "Bearer passed-through|"], seen);
    }

    [Fact]
    public async Task A_key_that_has_used_up_its_minute_is_refused_and_another_is_not()
    {
        await using var upstream = await Given.Upstream(context => context.Response.WriteAsync("{}"));
        await using var gateway = await Keyed(upstream.Address);
        Assert.Equal(200, await Status(gateway, "/v1/completions", ImportedKey));
        Assert.Equal(200, await Status(gateway, "/v1/completions", ImportedKey));
        using var refused = await Send(gateway, "/v1/completions", ImportedKey);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
        Assert.Contains("rate_limited", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(200, await Status(gateway, "/v1/completions", UserKey));
    }

    [Fact]
    public async Task Without_keys_admin_paths_do_not_answer_to_a_foreign_name()
    {
        await using var gateway = await Given.Gateway(options: null);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, "/api/state"));
        request.Headers.Host = "evil.example";
        using var answer = await Given.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    public async Task Who_comes_through_a_proxy_on_this_machine_is_not_on_this_machine(string header)
    {
        await using var gateway = await Given.Gateway(options: null);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, "/api/state"));
        request.Headers.Add(header, "for=203.0.113.7");
        using var answer = await Given.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Given.Client.GetAsync(new Uri(gateway.Address, "/api/state"))).StatusCode);
    }

    [Fact]
    public async Task Other_keys_count_at_once_and_limits_that_stay_keep_their_use()
    {
        using var access = new AccessControl([User, Imported]);
        var imported = await access.IdentifyAsync(Showing(ImportedKey));
        imported.Limit!.Reserve(new Request(1, TimeSpan.Zero, 1, 1), TimeSpan.Zero).Dispose();
        imported.Limit!.Reserve(new Request(1, TimeSpan.Zero, 1, 1), TimeSpan.Zero).Dispose();
        access.Replace([Admin, Imported with { Priority = 3 }]);
        await Assert.ThrowsAsync<Gateway.Http.RequestRefusedException>(async () => await access.IdentifyAsync(Showing(UserKey)));
        Assert.True((await access.IdentifyAsync(Showing(AdminKey))).IsAdmin);
        var again = await access.IdentifyAsync(Showing(ImportedKey));
        Assert.Equal(3, again.Priority);
        Assert.Throws<Gateway.Http.RequestRefusedException>(() => again.Limit!.Reserve(new Request(1, TimeSpan.Zero, 1, 1), TimeSpan.Zero));
    }

    [Fact]
    public void A_key_is_checked_slowly_only_once_and_only_when_it_may_be_right()
    {
        var ring = new KeyRing([User], before: null);
        Assert.False(ring.TryFind(UserKey, out _));
        Assert.Equal("user", ring.Check(UserKey)!.Name);
        Assert.True(ring.TryFind(UserKey, out var found));
        Assert.Equal("user", found!.Name);

        var wrong = UserKey + "x";
        Assert.False(ring.TryFind(wrong, out _));
        Assert.Null(ring.Check(wrong));
        Assert.True(ring.TryFind(wrong, out found));
        Assert.Null(found);
        Assert.True(ring.TryFind(AdminKey, out found));
        Assert.Null(found);
    }

    private static DefaultHttpContext Showing(string key)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = "Bearer " + key;
        return context;
    }

    private static async Task<GatewayServer> Keyed(params ReplicaSettings[] replicas)
    {
        var gateway = await GatewayServer.StartAsync(Given.Options with { Replicas = replicas, Keys = [User, Admin, Imported] });
        await Eventually.True(() => gateway.Pool.Read(all => all.All(replica => replica.State == Routing.ReplicaState.Ready)), "every replica is ready");
        return gateway;
    }

    private static Task<GatewayServer> Keyed(Uri replica) => Keyed(new ReplicaSettings(replica));

    private static async Task<int> Status(GatewayServer gateway, string path, string? key)
    {
        using var answer = await Send(gateway, path, key);
        return (int)answer.StatusCode;
    }

    private static Task<HttpResponseMessage> Send(GatewayServer gateway, string path, string? key)
    {
        var request = path is "/v1/completions"
            ? new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Address, path)) { Content = new StringContent("{\"prompt\":\"x\"}", Encoding.UTF8, "application/json") }
            : new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, path));
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("x-halffull-tenant", "claimed");
        return Given.Client.SendAsync(request);
    }
}
