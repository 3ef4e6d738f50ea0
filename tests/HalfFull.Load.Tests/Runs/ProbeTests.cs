using System.Net;
using System.Net.Sockets;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Runs;
using Microsoft.AspNetCore.Http;
using Endpoint = HalfFull.Load.OpenAi.Endpoint;

namespace HalfFull.Load.Tests.Runs;

public sealed class ProbeTests
{
    private static readonly RequestDelegate Stream = ScriptedServer.Stream(ScriptedServer.Token(), ScriptedServer.Finish, ScriptedServer.Usage(212, 4), ScriptedServer.Done);

    [Fact]
    public async Task The_first_model_and_the_template_are_found()
    {
        await using var server = await ScriptedServer.StartAsync(Server("m1", "m2"));
        using var client = new OpenAiClient(new Endpoint(server.Url));
        var target = await Probe.RunAsync(client, unary: false, salt: 1);
        Assert.Equal(("m1", new ServerSupport(IgnoreEos: true, StreamUsage: true)), (target.Model, target.Support));
    }

    [Fact]
    public async Task A_strict_server_gets_only_what_it_knows()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            if (!IsModels(context))
            {
                using var reader = new StreamReader(context.Request.Body);
                if ((await reader.ReadToEndAsync()).Contains("ignore_eos", StringComparison.Ordinal))
                {
                    await ScriptedServer.Status(400, "unknown field ignore_eos")(context);
                    return;
                }
            }

            await Server("m1")(context);
        });
        using var client = new OpenAiClient(new Endpoint(server.Url));
        Assert.Equal(new ServerSupport(IgnoreEos: false, StreamUsage: true), (await Probe.RunAsync(client, unary: false, salt: 1)).Support);
    }

    [Fact]
    public async Task A_model_that_is_not_served_is_named_with_those_that_are()
    {
        await using var server = await ScriptedServer.StartAsync(Server("m1", "m2"));
        var error = await FailAsync(new Endpoint(server.Url) { Model = "m3" });
        Assert.Contains("no model 'm3'; it serves m1, m2.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_path_is_named()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Status(404, "not found"));
        Assert.Contains("/api/v1/models is not there", await FailAsync(new Endpoint(new Uri(server.Url, "/api"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_listening_is_one_sentence()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"http://{listener.LocalEndpoint}");
        listener.Stop();
        Assert.Contains("refuses the connection", await FailAsync(new Endpoint(url)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_refused_is_asked_for()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Status(401));
        Assert.Contains("--api-key", await FailAsync(new Endpoint(server.Url)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Something_else_than_a_list_of_models_is_no_such_server()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.Response.WriteAsync("<html>"));
        Assert.Contains("not with a list of models", await FailAsync(new Endpoint(server.Url)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_run_takes_for_a_whole_answer_the_probe_takes_too()
    {
        await using var server = await ScriptedServer.StartAsync(context => IsModels(context)
            ? Server("m1")(context)
            : ScriptedServer.Stream(ScriptedServer.Token(), "data:\n\n", ScriptedServer.Finish, "data: [DONE] \n\n")(context));
        using var client = new OpenAiClient(new Endpoint(server.Url));
        Assert.False((await Probe.RunAsync(client, unary: false, salt: 1)).Support.StreamUsage);
    }

    [Fact]
    public async Task An_error_event_is_named()
    {
        await using var server = await ScriptedServer.StartAsync(context => IsModels(context)
            ? Server("m1")(context)
            : ScriptedServer.Stream("event: error\ndata: {\"message\":\"no memory\"}\n\n")(context));
        Assert.Contains("answered with an error: {\"message\":\"no memory\"}", await FailAsync(new Endpoint(server.Url)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"data":["m1",{"id":7}]}""", "serves no model; load one first.")]
    [InlineData("""{"data":7}""", "not with a list of models")]
    public async Task A_list_of_something_else_is_no_fault_of_ours(string list, string sentence)
    {
        await using var server = await ScriptedServer.StartAsync(context => context.Response.WriteAsync(list));
        Assert.Contains(sentence, await FailAsync(new Endpoint(server.Url)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_charset_that_nobody_knows_is_no_fault_of_ours()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.ContentType = "text/html; charset=none";
            return ScriptedServer.Status(500, "busy")(context);
        });
        Assert.EndsWith("answered the probe with HTTP 500: busy", await FailAsync(new Endpoint(server.Url)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_and_headers_are_sent()
    {
        string? seen = null;
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            seen = $"{context.Request.Headers.Authorization} {context.Request.Headers["x-tenant"]}";
            return Server("m1")(context);
        });
        using var client = new OpenAiClient(new Endpoint(server.Url) { ApiKey = "k", Headers = [new("x-tenant", "blue")] });
        await Probe.RunAsync(client, unary: false, salt: 1);
        Assert.Equal("Bearer k blue", seen);
    }

    [Theory]
    [InlineData("http://h:1", "http://h:1/v1/chat/completions")]
    [InlineData("http://h:1/", "http://h:1/v1/chat/completions")]
    [InlineData("http://h:1/v1", "http://h:1/v1/chat/completions")]
    [InlineData("https://h/openai/v1/", "https://h/openai/v1/chat/completions")]
    [InlineData("http://h:1/proxy?x=1", "http://h:1/proxy/v1/chat/completions?x=1")]
    public void Addresses_are_taken_with_or_without_v1(string url, string expected) =>
        Assert.Equal(new Uri(expected), new Endpoint(Endpoint.ParseUrl(url)).RequestUrl);

    private static RequestDelegate Server(params string[] models) => context => IsModels(context)
        ? context.Response.WriteAsync($$"""{"data":[{{string.Join(',', models.Select(model => $$"""{"id":"{{model}}"}"""))}}]}""")
        : Stream(context);

    private static bool IsModels(HttpContext context) => context.Request.Path.Value!.EndsWith("/models", StringComparison.Ordinal);

    private static async Task<string> FailAsync(Endpoint endpoint)
    {
        using var client = new OpenAiClient(endpoint);
        var error = await Assert.ThrowsAsync<LoadException>(() => Probe.RunAsync(client, unary: false, salt: 1));
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }
}
