using System.Buffers;
using System.Text.Json;
using HalfFull.Gateway.Access;
using HalfFull.Gateway.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HalfFull.Gateway.Dashboard;

/// <summary>
/// Tells listeners of the gateway as server-sent events: its state and the newest decisions every second, the last hour every ten. Each listener is told by the request
/// that it made, so that without one nothing is done.
/// </summary>
/// <param name="server">The gateway.</param>
/// <param name="access">Who may listen: asked again each time, for keys can be taken away.</param>
/// <param name="writeState">Writes the members of the state.</param>
internal sealed class LiveFeed(GatewayServer server, AccessControl access, Action<Utf8JsonWriter> writeState)
{
    private const int MostListeners = 16;
    private const int MostDecisions = 50;
    private const int TellsPerHistory = 10;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private int listeners;

    /// <summary>Tells one listener until it leaves, may not listen any more, or the gateway stops.</summary>
    /// <exception cref="RequestRefusedException">There are too many listeners.</exception>
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            if (Interlocked.Increment(ref listeners) > MostListeners)
            {
                throw new RequestRefusedException(StatusCodes.Status429TooManyRequests, "too_many_listeners", $"{MostListeners} listeners are told of the gateway at once and no more.")
                {
                    RetryAfterSeconds = 5,
                };
            }

            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["x-accel-buffering"] = "no";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, server.Stopping);
            await TellAsync(context, ended.Token);
        }
        catch (OperationCanceledException) when (server.Stopping.IsCancellationRequested)
        {
            // The stream ends in order; its reader asks again.
        }
        finally
        {
            Interlocked.Decrement(ref listeners);
        }
    }

    private async Task TellAsync(HttpContext context, CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>(16 << 10);
        using var json = new Utf8JsonWriter(buffer);
        var next = 0L;
        for (var told = 0; await MayListenAsync(context); told++)
        {
            buffer.ResetWrittenCount();
            Event(buffer, json, "state"u8, () =>
            {
                writeState(json);
                var recent = server.Journal.DecisionsSince(next, MostDecisions);
                LiveJson.Decisions(json, next == 0 ? recent with { Skipped = 0 } : recent, server.Pool.Now);
                next = recent.Next;
            });
            if (told % TellsPerHistory == 0)
            {
                Event(buffer, json, "history"u8, () => LiveJson.History(json, server.Metrics.Read(history => history.Points(server.Pool.Now))));
            }

            await context.Response.Body.WriteAsync(buffer.WrittenMemory, cancellation);
            await context.Response.Body.FlushAsync(cancellation);
            await Task.Delay(Interval, server.Options.Time, cancellation);
        }
    }

    private async ValueTask<bool> MayListenAsync(HttpContext context)
    {
        try
        {
            await access.RequireAdminAsync(context);
            return true;
        }
        catch (RequestRefusedException) when (context.Response.HasStarted)
        {
            return false;
        }
    }

    private static void Event(ArrayBufferWriter<byte> buffer, Utf8JsonWriter json, ReadOnlySpan<byte> name, Action write)
    {
        buffer.Write("event: "u8);
        buffer.Write(name);
        buffer.Write("\ndata: "u8);
        json.Reset();
        json.WriteStartObject();
        write();
        json.WriteEndObject();
        json.Flush();
        buffer.Write("\n\n"u8);
    }
}
