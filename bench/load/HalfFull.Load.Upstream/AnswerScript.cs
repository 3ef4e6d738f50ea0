using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace HalfFull.Load.Upstream;

/// <summary>Answers each request with as many tokens as it asks for (or as many as it was told), after given delays, and notes when it sent them.</summary>
internal sealed class AnswerScript(TimeSpan first, TimeSpan gap, int? tokensEach, string? stamps) : IDisposable
{
    private const int BytesPerToken = 4;
    private const int TailBytes = 128;

    private static readonly byte[] Token = Encoding.UTF8.GetBytes("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"},\"text\":\" word\",\"finish_reason\":null}]}\n\n");
    private static readonly byte[] Finish = Encoding.UTF8.GetBytes("data: {\"choices\":[{\"index\":0,\"delta\":{},\"text\":\"\",\"finish_reason\":\"length\"}]}\n\n");
    private static readonly byte[] Done = Encoding.UTF8.GetBytes("data: [DONE]\n\n");

    private readonly ConcurrentQueue<(long Arrived, List<long> Sent)>? log = stamps is null ? null : [];
    private readonly ConcurrentDictionary<int, StrongBox<int>> running = new();

    /// <summary>Whether it notes when it sent what.</summary>
    public bool IsStamping => log is not null;

    public static AnswerScript Of(IConfiguration options) =>
        new(
            Milliseconds(options["first"]),
            Milliseconds(options["gap"]),
            options["tokens"] is { } tokens ? int.Parse(tokens, CultureInfo.InvariantCulture) : null,
            options["stamps"]);

    /// <summary>Requests being answered, as vLLM tells it, and nothing waiting: what a gateway scrapes.</summary>
    public string Metrics(HttpContext context)
    {
        _ = running.TryGetValue(context.Connection.LocalPort, out var count);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"vllm:num_requests_running {count?.Value ?? 0}\nvllm:num_requests_waiting 0\nvllm:kv_cache_usage_perc 0.1\nvllm:cache_config_info{{block_size=\"16\",num_gpu_blocks=\"100000\"}} 1\n");
    }

    public async Task AnswerAsync(HttpContext context)
    {
        var connection = context.Features.Get<StampedConnection>();
        var arrived = connection?.LastRead ?? 0;
        var count = running.GetOrAdd(context.Connection.LocalPort, static _ => new StrongBox<int>());
        Interlocked.Increment(ref count.Value);
        try
        {
            await AnswerAsync(context, connection, arrived);
        }
        finally
        {
            Interlocked.Decrement(ref count.Value);
        }
    }

    private async Task AnswerAsync(HttpContext context, StampedConnection? connection, long arrived)
    {
        var (tokens, stream, prompt) = tokensEach is { } each ? await SkimRequestAsync(context.Request, each) : await ReadRequestAsync(context.Request);
        var sent = new List<long>(connection is null ? 0 : tokens);
        context.Response.ContentType = stream ? "text/event-stream" : "application/json";
        if (first > TimeSpan.Zero)
        {
            if (stream)
            {
                // Headers go at once, as a streaming engine sends them: building them then lies before the stamp of the first token, not between it and the wire.
                await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            }

            await Task.Delay(first, context.RequestAborted);
        }

        var usage = string.Create(CultureInfo.InvariantCulture, $"\"usage\":{{\"prompt_tokens\":{prompt},\"completion_tokens\":{tokens},\"total_tokens\":{prompt + tokens}}}");
        if (!stream)
        {
            await context.Response.WriteAsync($$$"""{"choices":[{"index":0,"message":{"role":"assistant","content":" word"},"text":" word","finish_reason":"length"}],{{{usage}}}}""", context.RequestAborted);
            return;
        }

        var body = context.Response.BodyWriter;
        for (var i = 0; i < tokens; i++)
        {
            if (i > 0 && gap > TimeSpan.Zero)
            {
                await Task.Delay(gap, context.RequestAborted);
            }

            Token.CopyTo(body.GetSpan(Token.Length));
            body.Advance(Token.Length);
            if (i == 0 || gap > TimeSpan.Zero)
            {
                await body.FlushAsync(context.RequestAborted);
                sent.Add(connection?.LastSent ?? 0);
            }
        }

        var end = Encoding.UTF8.GetBytes($"data: {{\"choices\":[],{usage}}}\n\n");
        foreach (var part in (ReadOnlySpan<byte[]>)[Finish, end, Done])
        {
            part.CopyTo(body.GetSpan(part.Length));
            body.Advance(part.Length);
        }

        await body.FlushAsync(context.RequestAborted);
        log?.Enqueue((arrived, sent));
    }

    /// <summary>Writes the stamps. Not before the end: a write to disk would delay whoever comes meanwhile.</summary>
    public void Dispose()
    {
        if (stamps is not null)
        {
            File.WriteAllLines(stamps, log!.Select(static stream =>
                string.Join(',', stream.Sent.Prepend(stream.Arrived).Select(static stamp => (stamp / 1_000.0).ToString("0.0", CultureInfo.InvariantCulture)))));
        }
    }

    private static TimeSpan Milliseconds(string? text) =>
        text is null ? TimeSpan.Zero : TimeSpan.FromMilliseconds(double.Parse(text.Replace("ms", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture));

    private static async Task<(int Tokens, bool Stream, int Prompt)> ReadRequestAsync(HttpRequest request)
    {
        using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
        var root = body.RootElement;
        var text = root.TryGetProperty("messages", out var messages) ? messages[0].GetProperty("content").GetString() : root.GetProperty("prompt").GetString();
        return (
            root.TryGetProperty("max_tokens", out var most) ? most.GetInt32() : 10,
            root.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True,
            text.AsSpan().Count(' '));
    }

    /// <summary>Reads a request without parsing it, so that long prompts cost the machine as little as they can: senders put <c>stream</c> last.</summary>
    private static async Task<(int Tokens, bool Stream, int Prompt)> SkimRequestAsync(HttpRequest request, int tokens)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
            if (!read.IsCompleted)
            {
                request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            var tail = read.Buffer.Slice(Math.Max(0, read.Buffer.Length - TailBytes)).ToArray();
            var length = read.Buffer.Length;
            request.BodyReader.AdvanceTo(read.Buffer.End);
            return (tokens, tail.AsSpan().IndexOf("\"stream\":true"u8) >= 0, (int)(length / BytesPerToken));
        }
    }
}
