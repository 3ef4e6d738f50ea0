using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HalfFull.Engine.Hosting;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.OpenAi;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Workers;

/// <summary>The OpenAI API of an emulated replica.</summary>
internal sealed class WorkerApi(WorkerOptions options, EngineLoop loop)
{
    private const int DefaultChatTokens = 128;
    private const int DefaultCompletionTokens = 16; // OpenAI's own default of this endpoint
    private const double BytesPerToken = 4;
    private readonly int unitTokens = options.Limits.BlockSize * ((15 + options.Limits.BlockSize) / options.Limits.BlockSize);
    private readonly long created = options.Time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await RouteAsync(context);
        }
        catch (RequestRefusedException error)
        {
            await OpenAiError.WriteAsync(context, error);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; its sequence has been aborted.
        }
    }

    private Task RouteAsync(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("POST", "/v1/chat/completions") => CompleteAsync(context, isChat: true),
        ("POST", "/v1/completions") => CompleteAsync(context, isChat: false),
        ("GET", "/v1/models") => TextAsync(context, "application/json", Models()),
        ("GET", "/health") => TextAsync(context, "text/plain", string.Empty),
        ("GET", "/version") => TextAsync(context, "application/json", "{\"version\":\"halffull-emulated\"}"),
        ("GET", "/metrics") => TextAsync(context, PrometheusText.ContentType, WorkerMetrics.Text(loop.Stats, options.Limits, options.ModelId)),
        _ => throw new RequestRefusedException(StatusCodes.Status404NotFound, "not_found", $"There is no {context.Request.Method} {context.Request.Path.Value} here."),
    };

    private async Task CompleteAsync(HttpContext context, bool isChat)
    {
        var cancellation = context.RequestAborted;
        using var body = await PooledBody.ReadAsync(context.Request, options.MostBodyBytes, cancellation);
        var scan = RequestScanner.Scan(body.Span);
        Check(scan);
        var generation = Submit(scan, body.Span, isChat);
        var text = new CompletionText(isChat, generation.Request.Id, options.Time.GetUtcNow().ToUnixTimeSeconds(), options.ModelId, scan.Stream);
        try
        {
            await (scan.Stream ? StreamAsync(context, generation, text, scan.IncludesUsage) : AnswerAsync(context, generation, text));
        }
        finally
        {
            // Nothing happens when it is complete.
            loop.Abort(generation);
        }
    }

    private void Check(in RequestScan scan)
    {
        if (scan.Model is { } model && !string.Equals(model, options.ModelId, StringComparison.Ordinal))
        {
            throw new RequestRefusedException(
                StatusCodes.Status404NotFound, "model_not_found", $"The model '{model}' does not exist; this server has '{options.ModelId}'.");
        }

        if (scan.Choices != 1)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, "unsupported_value", $"'n' is {scan.Choices}, but this server gives one answer only: leave it out or give 1.");
        }
    }

    private Generation Submit(in RequestScan scan, ReadOnlySpan<byte> body, bool isChat)
    {
        if (scan is { PromptBytes: 0, PromptTokenIds: 0 })
        {
            throw new RequestRefusedException(
                StatusCodes.Status400BadRequest, "invalid_request", isChat ? "'messages' is missing or empty." : "'prompt' is missing or empty.");
        }

        var promptTokens = scan.PromptTokens(BytesPerToken);
        var maxTokens = scan.MaxOutputTokens ?? (isChat ? DefaultChatTokens : DefaultCompletionTokens);
        if (loop.Refusal(promptTokens, maxTokens) is { } reason)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, "context_length_exceeded", reason);
        }

        // vLLM's polarity on the wire, ours inside.
        var priority = (int)Math.Clamp(-(scan.Priority ?? 0), int.MinValue, int.MaxValue);
        return loop.Submit(promptTokens, maxTokens, PromptPrefix.Hashes(body, unitTokens), unitTokens, priority);
    }

    private static async Task StreamAsync(HttpContext context, Generation generation, CompletionText text, bool includesUsage)
    {
        var output = context.Response.BodyWriter;
        var cancellation = context.RequestAborted;
        var written = 0;
        while (await generation.Tokens.WaitToReadAsync(cancellation))
        {
            if (written == 0)
            {
                context.Response.ContentType = "text/event-stream; charset=utf-8";
                context.Response.Headers.CacheControl = "no-cache";
                text.WriteRole(output);
            }

            while (generation.Tokens.TryRead(out var token))
            {
                text.WriteToken(output, token.Text);
                written++;
                if (!token.IsLast)
                {
                    continue;
                }

                text.WriteFinish(output);
                if (includesUsage)
                {
                    text.WriteUsage(output, generation.Request.PromptTokens, generation.CachedTokens, written);
                }

                output.Write("data: [DONE]\n\n"u8);
            }

            await output.FlushAsync(cancellation);
        }

        if (written == 0)
        {
            throw Stopped();
        }
    }

    private static async Task AnswerAsync(HttpContext context, Generation generation, CompletionText text)
    {
        var words = new StringBuilder();
        var written = 0;
        var isComplete = false;
        await foreach (var token in generation.Tokens.ReadAllAsync(context.RequestAborted))
        {
            words.Append(token.Text);
            written++;
            isComplete = token.IsLast;
        }

        if (!isComplete)
        {
            throw Stopped();
        }

        var buffer = new ArrayBufferWriter<byte>(512 + (written * 6));
        text.WriteWhole(buffer, words.ToString(), generation.Request.PromptTokens, generation.CachedTokens, written);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }

    private static Task TextAsync(HttpContext context, string contentType, string text)
    {
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private static RequestRefusedException Stopped() => new(StatusCodes.Status503ServiceUnavailable, "server_stopping", "The server is stopping.");

    private string Models()
    {
        var model = JsonEncodedText.Encode(options.ModelId);
        var length = options.Limits.MaxModelLength ?? options.Limits.KvCapacityTokens;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"object\":\"list\",\"data\":[{{\"id\":\"{model}\",\"object\":\"model\",\"created\":{created},\"owned_by\":\"halffull\",\"max_model_len\":{length}}}]}}");
    }
}
