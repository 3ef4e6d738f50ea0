using HalfFull.Load.Comparing;
using HalfFull.Load.OpenAi;

namespace HalfFull.Load.Tests.Comparing;

public sealed class PolicySwitchTests
{
    private static readonly GatewayPolicy[] Two = [GatewayPolicy.Parse("router=sal,queue=larry:a=60,z=1"), GatewayPolicy.Parse("router=round-robin")];

    [Fact]
    public async Task Each_block_runs_under_its_policy_with_nothing_of_the_last_in_flight()
    {
        var gateway = new ScriptedGateway();
        await using var server = await ScriptedServer.StartAsync(gateway.AnswerAsync);
        using var client = new OpenAiClient(new Endpoint(server.Url));
        var policies = PolicySwitch.Open(client, Two);
        Assert.Equal(["PUT round-robin fcfs", "PUT sal larry:a=60,z=1"], gateway.Calls); // both are tried before anything is sent
        var plan = new AbPlan(Given.Plan(Given.Every(5, requests: 1000)), Given.Ms(20), Precision: 0.0001, MostPairs: 4);
        var result = new AbRun([Given.Target(client), Given.Target(client)], plan, policies.Use).Execute((_, _) => { }, []);
        policies.Restore();

        Assert.Equal(4, result.Pairs);
        Assert.Equal(("p2c", "fcfs"), gateway.Policy);
        Assert.Equal(0, gateway.InFlightAtSwitch);
        Assert.Equal(16, gateway.Calls.Count(call => string.Equals(call, "sal", StringComparison.Ordinal)));
        Assert.Equal(16, gateway.Calls.Count(call => string.Equals(call, "round-robin", StringComparison.Ordinal)));
        Assert.All(result.Sides, side => Assert.Equal(16, side.Completed));
    }

    [Fact]
    public async Task A_policy_that_the_gateway_does_not_know_is_one_sentence_and_changes_nothing()
    {
        var gateway = new ScriptedGateway();
        await using var server = await ScriptedServer.StartAsync(gateway.AnswerAsync);
        using var client = new OpenAiClient(new Endpoint(server.Url));
        var error = Assert.Throws<LoadException>(() => PolicySwitch.Open(client, [GatewayPolicy.Parse("router=sel"), Two[1]]));
        Assert.Contains("does not accept the policy router=sel,queue=fcfs (HTTP 400): there is no router 'sel'", error.Message, StringComparison.Ordinal);
        Assert.Equal(("p2c", "fcfs"), gateway.Policy);
    }

    [Fact]
    public async Task A_server_that_is_no_gateway_is_one_sentence()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Status(404));
        Assert.Contains("/api/policy is not there (HTTP 404): only a HalfFull gateway can switch its policies", Fail(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_answers_everything_is_no_gateway_either()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Status(200, "{\"status\":\"ok\"}"));
        Assert.Contains("answered with something else than a router and a queue: {\"status\":\"ok\"}", Fail(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_keeps_its_policy_is_caught()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Status(200, "{\"router\":\"p2c\",\"queue\":\"fcfs\"}"));
        Assert.Contains("was given router=round-robin,queue=fcfs and answered router=p2c,queue=fcfs: it did not switch.", Fail(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_admin_key_is_asked_for_and_sent()
    {
        var gateway = new ScriptedGateway(key: "sesame");
        await using var server = await ScriptedServer.StartAsync(gateway.AnswerAsync);
        Assert.Contains("wants the gateway's admin key (HTTP 401); give --admin-key.", Fail(server), StringComparison.Ordinal);
        using var client = new OpenAiClient(new Endpoint(server.Url) { ApiKey = "sesame" });
        PolicySwitch.Open(client, Two);
        Assert.Equal(("sal", "larry:a=60,z=1"), gateway.Policy);
    }

    [Fact]
    public async Task A_gateway_that_goes_away_is_told_with_the_policy_that_it_should_have()
    {
        var gateway = new ScriptedGateway { SwitchesLeft = 2 };
        await using var server = await ScriptedServer.StartAsync(gateway.AnswerAsync);
        using var client = new OpenAiClient(new Endpoint(server.Url));
        var policies = PolicySwitch.Open(client, Two);
        var error = Assert.Throws<LoadException>(policies.Restore);
        Assert.Contains("could not be given back its policy router=p2c,queue=fcfs:", error.Message, StringComparison.Ordinal);
    }

    private static string Fail(ScriptedServer server)
    {
        using var client = new OpenAiClient(new Endpoint(server.Url));
        return Assert.Throws<LoadException>(() => PolicySwitch.Open(client, Two)).Message;
    }
}
