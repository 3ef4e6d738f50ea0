using HalfFull.Gateway.Access;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.OpenAi;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Tests.Access;

public sealed class RoutingFieldsTests
{
    private static readonly KeyHash Hash = KeyHash.Of("0123456789abcdef");
    private static readonly RequestScan Body = new() { User = "lee", Priority = -4 };

    [Fact]
    public void Headers_of_a_trusted_caller_win_over_its_body()
    {
        var request = Apply(Caller.Local, Body, "acme", "7", "chat-1", "1500");
        Assert.Equal(("acme", 7, "chat-1", TimeSpan.FromSeconds(11.5)), (request.Tenant, request.Priority, request.Session, request.Deadline));
    }

    [Fact]
    public void Without_headers_the_body_counts_and_its_priority_turns_round()
    {
        var request = Apply(Caller.Local, Body);
        Assert.Equal(("lee", 4, null, null), (request.Tenant, request.Priority, request.Session, request.Deadline));
        Assert.Equal(int.MaxValue, Apply(Caller.Local, Body with { Priority = long.MinValue }).Priority);
    }

    [Fact]
    public void Nothing_is_believed_of_a_stranger()
    {
        var request = Apply(Caller.Stranger, Body, "acme", "x", new string('x', 1000), "x");
        Assert.Equal((null, 0, null, null), (request.Tenant, request.Priority, request.Session, request.Deadline));
    }

    [Fact]
    public void A_key_is_bound_to_its_tenant_and_to_its_priority()
    {
        var bound = Caller.Of(new ApiKey("k", Hash) { Tenant = "own", Priority = 2 }, limit: null);
        var request = Apply(bound, Body, "acme", "7");
        Assert.Equal(("own", 2), (request.Tenant, request.Priority));
        Assert.Equal(-3, Apply(bound, Body, priority: "-3").Priority);
        Assert.Equal(2, Apply(bound, default).Priority);
        Assert.Equal(("k", "acme"), (Apply(Caller.Of(new ApiKey("k", Hash), null), Body).Tenant, Apply(Caller.Of(new ApiKey("k", Hash), null), Body, "acme").Tenant));
        var admin = Apply(Caller.Of(new ApiKey("k", Hash) { Tenant = "own", IsAdmin = true }, null), Body, "acme", "7");
        Assert.Equal(("acme", 7), (admin.Tenant, admin.Priority));
    }

    [Theory]
    [InlineData("x", null)]
    [InlineData("1.5", null)]
    [InlineData(null, "0")]
    [InlineData(null, "-1")]
    public void What_is_not_understood_is_refused_by_name(string? priority, string? deadline)
    {
        var refused = Assert.Throws<RequestRefusedException>(() => Apply(Caller.Local, Body, null, priority, null, deadline));
        Assert.Equal(400, refused.Status);
        Assert.Contains($"'{priority ?? deadline}' is not accepted", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_gateways_own_time_limit_holds_for_everybody()
    {
        var most = TimeSpan.FromSeconds(1);
        Assert.Equal(TimeSpan.FromSeconds(11), Apply(Caller.Stranger, Body, most: most).Deadline);
        Assert.Equal(TimeSpan.FromSeconds(11), Apply(Caller.Local, Body, deadline: "2000", most: most).Deadline);
        Assert.Equal(TimeSpan.FromSeconds(10.5), Apply(Caller.Local, Body, deadline: "500", most: most).Deadline);
    }

    private static Request Apply(
        Caller caller, RequestScan scan, string? tenant = null, string? priority = null, string? session = null, string? deadline = null, TimeSpan? most = null)
    {
        var http = new DefaultHttpContext().Request;
        http.Headers[RoutingFields.Tenant] = tenant;
        http.Headers[RoutingFields.Priority] = priority;
        http.Headers[RoutingFields.Session] = session;
        http.Headers[RoutingFields.DeadlineMilliseconds] = deadline;
        return RoutingFields.Apply(new Request(1, TimeSpan.FromSeconds(10), 5, 5), http, scan, caller, most);
    }
}
