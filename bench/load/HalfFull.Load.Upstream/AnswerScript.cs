using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace HalfFull.Load.Upstream;

/// <summary>Answers each request with as many tokens as it asks for, after given delays, and notes when it sent them.</summary>
internal sealed class AnswerScript(TimeSpan first, TimeSpan gap, string? stamps) : IDisposable
{
    private static readonly byte[] Token = Encoding.UTF8.GetBytes("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"},\"text\":\" word\",\"finish_reason\":null}]}\n\n");
    private static readonly byte[] Finish = Encoding.UTF8.GetBytes("data: {\"choices\":[{\"index\":0,\"delta\":{},\"text\":\"\",\"finish_reason\":\"length\"}]}\n\n");
    private static readonly byte[] Done = Encoding.UTF8.GetBytes("data: [DONE]\n\n");

    private readonly StreamWriter? log = stamps is null ? null : new StreamWriter(stamps);

    public static AnswerScript Of(IConfiguration options) =>
        new(Milliseconds(options["first"]), Milliseconds(options["gap"]), options["stamps"]);

    public async Task AnswerAsync(HttpContext context)
    {
        var arrived = Stopwatch.GetTimestamp();
        var (tokens, stream, prompt) = await ReadRequestAsync(context.Request);
        var sent = new List<long>(log is null ? 0 : tokens);
        if (first > TimeSpan.Zero)
        {
            await Task.Delay(first, context.RequestAborted);
        }

        var usage = string.Create(CultureInfo.InvariantCulture, $"\"usage\":{{\"prompt_tokens\":{prompt},\"completion_tokens\":{tokens},\"total_tokens\":{prompt + tokens}}}");
        if (!stream)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync($$$"""{"choices":[{"index":0,"message":{"role":"assistant","content":" word"},"text":" word","finish_reason":"length"}],{{{usage}}}}""", context.RequestAborted);
            return;
        }

        context.Response.ContentType = "text/event-stream";
        var body = context.Response.BodyWriter;
        for (var i = 0; i < tokens; i++)
        {
            if (i > 0 && gap > TimeSpan.Zero)
            {
                await Task.Delay(gap, context.RequestAborted);
            }

            Token.CopyTo(body.GetSpan(Token.Length));
            body.Advance(Token.Length);
            if (log is not null)
            {
                sent.Add(Stopwatch.GetTimestamp());
            }

            if (i == 0 || gap > TimeSpan.Zero)
            {
                await body.FlushAsync(context.RequestAborted);
            }
        }

        var end = Encoding.UTF8.GetBytes($"data: {{\"choices\":[],{usage}}}\n\n");
        foreach (var part in (ReadOnlySpan<byte[]>)[Finish, end, Done])
        {
            part.CopyTo(body.GetSpan(part.Length));
            body.Advance(part.Length);
        }

        await body.FlushAsync(context.RequestAborted);
        Note(arrived, sent);
    }

    public void Dispose() => log?.Dispose();

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

    private void Note(long arrived, List<long> sent)
    {
        if (log is not null)
        {
            lock (log)
            {
                log.WriteLine(string.Join(',', sent.Prepend(arrived).Select(static stamp => (stamp / 1_000.0).ToString("0.0", CultureInfo.InvariantCulture))));
            }
        }
    }
}
