using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Load.Tests;

/// <summary>A gateway that knows some policies, answers each request with one token, and notes in what order it was called.</summary>
internal sealed class ScriptedGateway(string key = "")
{
    private static readonly RequestDelegate Answer = ScriptedServer.Stream(ScriptedServer.Token(), ScriptedServer.Finish, ScriptedServer.Usage(10, 1), ScriptedServer.Done);
    private readonly ConcurrentQueue<string> calls = new();
    private int inFlight;

    /// <summary>What it runs with.</summary>
    public (string Router, string Queue) Policy { get; private set; } = ("p2c", "fcfs");

    /// <summary>Routers that it knows.</summary>
    public IReadOnlyList<string> Routers { get; init; } = ["p2c", "sal", "round-robin"];

    /// <summary>Switches that it still answers; the one after breaks the connection.</summary>
    public int SwitchesLeft { get; set; } = int.MaxValue;

    /// <summary>Called after each answer with the number of answers so far.</summary>
    public Action<int> Answered { get; init; } = _ => { };

    /// <summary>The switches and requests in order: a switch as it was asked for, a request as the policy it met.</summary>
    public IReadOnlyList<string> Calls => [.. calls];

    /// <summary>Most requests that were in flight when the policy was switched.</summary>
    public int InFlightAtSwitch { get; private set; }

    private int answers;

    public async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value;
        if (string.Equals(path, "/v1/models", StringComparison.Ordinal))
        {
            await context.Response.WriteAsync("""{"data":[{"id":"test"}]}""");
        }
        else if (string.Equals(path, "/api/policy", StringComparison.Ordinal))
        {
            await PolicyAsync(context);
        }
        else
        {
            Interlocked.Increment(ref inFlight);
            calls.Enqueue(Policy.Router);
            await Answer(context);
            await context.Response.CompleteAsync();
            Interlocked.Decrement(ref inFlight);
            Answered(Interlocked.Increment(ref answers));
        }
    }

    private async Task PolicyAsync(HttpContext context)
    {
        if (key.Length > 0 && !string.Equals(context.Request.Headers.Authorization, $"Bearer {key}", StringComparison.Ordinal))
        {
            await ScriptedServer.Status(401)(context);
            return;
        }

        if (HttpMethods.IsPut(context.Request.Method))
        {
            if (SwitchesLeft-- <= 0)
            {
                context.Abort();
                return;
            }

            Assert.Equal("application/json", context.Request.ContentType);
            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            var router = body.RootElement.TryGetProperty("router", out var given) ? given.GetString()! : Policy.Router;
            var queue = body.RootElement.TryGetProperty("queue", out given) ? given.GetString()! : Policy.Queue;
            if (!Routers.Contains(router.Split(':')[0], StringComparer.Ordinal))
            {
                await ScriptedServer.Status(400, $"there is no router '{router}'")(context);
                return;
            }

            calls.Enqueue($"PUT {router} {queue}");
            InFlightAtSwitch = Math.Max(InFlightAtSwitch, Volatile.Read(ref inFlight));
            Policy = (router, queue);
        }

        await context.Response.WriteAsync($$"""{"router":"{{Policy.Router}}","queue":"{{Policy.Queue}}"}""");
    }
}
