using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Records;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Load.Tests.Runs;

public sealed class ErrorClassTests
{
    private static readonly string Token = ScriptedServer.Token();

    public static TheoryData<string, string[], ErrorClass> Streams => new()
    {
        { "whole", [ScriptedServer.Ping, ScriptedServer.RoleOnly, Token, Token, ScriptedServer.Finish, ScriptedServer.Done], ErrorClass.None },
        { "missing [DONE]", [Token, ScriptedServer.Finish], ErrorClass.None },
        { "an empty event to keep the connection alive", [Token, "data:\n\ndata: \n\n", Token, ScriptedServer.Finish, ScriptedServer.Done], ErrorClass.None },
        { "[DONE] with a blank behind it", [Token, "data: [DONE] \n\n"], ErrorClass.None },
        { "missing finish reason", [Token, ScriptedServer.Done], ErrorClass.None },
        { "cut after a token", [Token], ErrorClass.Cut },
        { "cut in an event", [Token, "data: {\"choices\":[{\"del"], ErrorClass.Cut },
        { "empty", [], ErrorClass.Cut },
        { "error object", [Token, "data: {\"error\":{\"message\":\"CUDA out of memory\"}}\n\n", ScriptedServer.Done], ErrorClass.StreamError },
        { "error event", [Token, "event: error\ndata: {}\n\n"], ErrorClass.StreamError },
        { "no JSON", ["data: hello\n\n", ScriptedServer.Done], ErrorClass.Protocol },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task A_stream_is_counted_in_its_class(string name, string[] pieces, ErrorClass expected)
    {
        Assert.NotEmpty(name);
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Stream(pieces));
        var (summary, records) = Given.Run(Given.Plan(Given.Every(1, requests: 3)), server.Url);
        Assert.All(records, record => Assert.Equal(expected, record.Error));
        Assert.Equal(expected == ErrorClass.None ? 3 : 0, summary.Completed);
        Assert.Equal(expected == ErrorClass.None ? 0 : 3, summary.Failed);
        Assert.Equal(expected == ErrorClass.None ? 0 : 3, summary.Errors.GetValueOrDefault(ErrorClassName.Of(expected)));
    }

    [Theory]
    [InlineData(429, ErrorClass.Http429, LoadOutcome.Rejected)]
    [InlineData(400, ErrorClass.Http4xx, LoadOutcome.Failed)]
    [InlineData(404, ErrorClass.Http4xx, LoadOutcome.Failed)]
    [InlineData(500, ErrorClass.Http5xx, LoadOutcome.Failed)]
    [InlineData(503, ErrorClass.Http5xx, LoadOutcome.Failed)]
    [InlineData(302, ErrorClass.Protocol, LoadOutcome.Failed)]
    public async Task A_status_is_counted_in_its_class(int status, ErrorClass error, LoadOutcome outcome)
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Status(status));
        var record = Given.Run(Given.Plan(Given.Every(1, requests: 1)), server.Url).Records.Single();
        Assert.Equal((error, outcome, status), (record.Error, record.Outcome, record.Status));
    }

    [Fact]
    public async Task A_document_instead_of_a_stream_is_no_answer()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<p>Welcome</p>");
        });
        Assert.Equal(ErrorClass.Protocol, Given.Run(Given.Plan(Given.Every(1, requests: 1)), server.Url).Records.Single().Error);
    }

    [Theory]
    [InlineData("", ErrorClass.Reset)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Ty", ErrorClass.Reset)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n8\r\ndata: {}\r\n", ErrorClass.Cut)]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Type: text/html; charset=none\r\nContent-Length: 100\r\n\r\nhalf", ErrorClass.Http5xx)]
    [InlineData("HTTP/1.1 429 Slow down\r\nContent-Type: text/html; charset=none\r\nContent-Length: 4\r\n\r\nslow", ErrorClass.Http429)]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n", ErrorClass.Protocol)]
    public async Task A_connection_that_ends_early_is_counted_by_how_far_it_came(string answer, ErrorClass expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            var stream = client.GetStream();
            Assert.True(await stream.ReadAtLeastAsync(new byte[4096], minimumBytes: 100) >= 100);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
            client.Client.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(Stream.Null);
        });
        var record = Given.Run(Given.Plan(Given.Every(1, requests: 1)), new Uri($"http://{listener.LocalEndpoint}")).Records.Single();
        Assert.Equal(expected, record.Error);
        await serving;
    }

    [Fact]
    public void Nobody_listening_is_refused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var (summary, _) = Given.Run(Given.Plan(Given.Every(1, requests: 3)), new Uri($"http://127.0.0.1:{port}"));
        Assert.Equal(3, summary.Errors["refused"]);
        Assert.NotEmpty(summary.ErrorMessages["refused"]);
    }

    [Fact]
    public void A_host_that_answers_no_connection_is_a_connect_timeout()
    {
        var (summary, _) = Given.Run(Given.Plan(Given.Every(1, requests: 2)), new Uri("http://black.hole"), BlackHole());
        Assert.Equal(2, summary.Errors["connect-timeout"]);
        Assert.Equal("No connection within 10s.", summary.ErrorMessages["connect-timeout"]);
    }

    [Fact]
    public async Task A_host_that_answers_no_connection_is_one_sentence_of_the_probe()
    {
        using var client = new OpenAiClient(new HalfFull.Load.OpenAi.Endpoint(new Uri("http://black.hole")), BlackHole());
        var error = await Assert.ThrowsAsync<LoadException>(() => HalfFull.Load.Runs.Probe.RunAsync(client, unary: false, salt: 1));
        Assert.Equal("http://black.hole accepted no connection within 10s: the host is off, or something on the way drops what is sent to it.", error.Message);
    }

    [Fact]
    public async Task An_untrusted_certificate_is_a_TLS_failure()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Stream(Token), certificate);
        Assert.Equal(ErrorClass.Tls, Given.Run(Given.Plan(Given.Every(1, requests: 1)), server.Url).Records.Single().Error);
    }

    [Fact]
    public async Task The_clients_patience_ends_a_silent_answer()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await ScriptedServer.Stream(Token)(context);
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        var plan = Given.Plan(Given.Every(1, requests: 2)) with { Timeout = Given.Ms(100) };
        var (summary, records) = Given.Run(plan, server.Url);
        Assert.All(records, record => Assert.Equal(ErrorClass.Timeout, record.Error));
        Assert.All(records, record => Assert.True(record.End - record.Sent >= Given.Ms(90)));
        Assert.Equal(0, summary.TtftSeconds.Max);
    }

    [Fact]
    public async Task One_bad_answer_among_good_ones_ends_nothing()
    {
        var count = 0;
        var good = ScriptedServer.Stream(Token, ScriptedServer.Finish, ScriptedServer.Done);
        var bad = ScriptedServer.Stream(Token, "data: \u0001{{{\n\n");
        await using var server = await ScriptedServer.StartAsync(context => Interlocked.Increment(ref count) % 5 == 0 ? bad(context) : good(context));
        var (summary, _) = Given.Run(Given.Plan(Given.Every(0.5, requests: 100)), server.Url);
        Assert.Equal((80L, 20L), (summary.Completed, summary.Failed));
    }

    /// <summary>The transport of the runtime itself, whose connections never come about.</summary>
    private static SocketsHttpHandler BlackHole() => new()
    {
        ConnectTimeout = Given.Ms(20),
        ConnectCallback = static async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new UnreachableException();
        },
    };
}
