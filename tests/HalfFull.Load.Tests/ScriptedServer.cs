using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HalfFull.Load.Tests;

/// <summary>A real server on a free port that answers every request as a test says.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    public const string Done = "data: [DONE]\n\n";
    public const string Finish = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n";
    public const string RoleOnly = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
    public const string Ping = ": ping\n\n";

    private readonly WebApplication app;

    private ScriptedServer(WebApplication app) => this.app = app;

    public Uri Url => new(app.Urls.First());

    public static string Token(string text = "word") => $"data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n";

    public static string Usage(int prompt, int completion) =>
        $"data: {{\"choices\":[],\"usage\":{{\"prompt_tokens\":{prompt},\"completion_tokens\":{completion}}}}}\n\n";

    public static async Task<ScriptedServer> StartAsync(RequestDelegate answer, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(options => options.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var server = new ScriptedServer(builder.Build());
        server.app.Run(answer);
        await server.app.StartAsync();
        return server;
    }

    /// <summary>Sends pieces of an event stream, each flushed on its own.</summary>
    public static RequestDelegate Stream(params string[] pieces) => async context =>
    {
        context.Response.ContentType = "text/event-stream";
        foreach (var piece in pieces)
        {
            await context.Response.WriteAsync(piece, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    };

    public static RequestDelegate Status(int status, string text = "{\"error\":{\"message\":\"no\"}}") => async context =>
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(text, context.RequestAborted);
    };

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
