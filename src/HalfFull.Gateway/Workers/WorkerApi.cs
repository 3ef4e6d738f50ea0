using System.Buffers;
using System.Globalization;
using System.Text.Json;
using HalfFull.Engine.Hosting;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.OpenAi;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Workers;

/// <summary>The OpenAI API of a worker.</summary>
internal sealed class WorkerApi(IWorkerModel model, EngineLoop loop, int mostBodyBytes, TimeProvider time)
{
    private const int MostChoices = 128;
    private readonly long created = time.GetUtcNow().ToUnixTimeSeconds();

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
        catch (ObjectDisposedException) when (!context.Response.HasStarted)
        {
            await OpenAiError.WriteAsync(context, Stopped());
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
        ("POST", "/v1/embeddings") => EmbedAsync(context),
        ("GET", "/v1/models") => TextAsync(context, "application/json", Models()),
        ("GET", "/health") => TextAsync(context, "text/plain", string.Empty),
        ("GET", "/version") => TextAsync(context, "application/json", $"{{\"version\":\"{model.Version}\"}}"),
        ("GET", "/metrics") => TextAsync(context, PrometheusText.ContentType, WorkerMetrics.Text(loop.Stats, model.Limits, model.Id)),
        _ => throw new RequestRefusedException(StatusCodes.Status404NotFound, "not_found", $"There is no {context.Request.Method} {context.Request.Path.Value} here."),
    };

    private async Task CompleteAsync(HttpContext context, bool isChat)
    {
        var cancellation = context.RequestAborted;
        using var body = await PooledBody.ReadAsync(context.Request, mostBodyBytes, cancellation);
        var scan = RequestScanner.Scan(body.Span);
        Check(scan, isChat);
        var generations = model.Submit(loop, scan, body.Memory, isChat);
        var text = new CompletionText(isChat, generations[0].Request.Id, time.GetUtcNow().ToUnixTimeSeconds(), model, scan.Stream);
        try
        {
            await (scan.Stream ? StreamAsync(context, generations, text, scan.IncludesUsage) : AnswerAsync(context, generations, text));
        }
        finally
        {
            foreach (var generation in generations)
            {
                // Nothing happens when it is complete.
                loop.Abort(generation);
            }
        }
    }

    private async Task EmbedAsync(HttpContext context)
    {
        if (model.Embeddings is not { } embeddings)
        {
            throw new RequestRefusedException(
                StatusCodes.Status400BadRequest, "unsupported_value", $"The model '{model.Id}' gives no embeddings: its file names no pooling. It answers chats and completions.");
        }

        using var body = await PooledBody.ReadAsync(context.Request, mostBodyBytes, context.RequestAborted);
        var answer = await embeddings.AnswerAsync(body.Memory, context.RequestAborted);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    private void Check(in RequestScan scan, bool isChat)
    {
        if (!model.TakesAnyName && scan.Model is { } name && !string.Equals(name, model.Id, StringComparison.Ordinal))
        {
            throw new RequestRefusedException(
                StatusCodes.Status404NotFound, "model_not_found", $"The model '{name}' does not exist; this server has '{model.Id}'.");
        }

        if (scan.Choices > MostChoices)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, "unsupported_value", $"'n' is {scan.Choices}; at most {MostChoices} answers are given.");
        }

        if (scan is { PromptBytes: 0, PromptTokenIds: 0 })
        {
            throw new RequestRefusedException(
                StatusCodes.Status400BadRequest, "invalid_request", isChat ? "'messages' is missing or empty." : "'prompt' is missing or empty.");
        }
    }

    private static async Task StreamAsync(HttpContext context, IReadOnlyList<Generation> generations, CompletionText text, bool includesUsage)
    {
        var output = context.Response.BodyWriter;
        var cancellation = context.RequestAborted;
        var merged = new GenerationMerge(generations);
        var written = 0;
        var open = generations.Count;
        while (await merged.WaitAsync(cancellation))
        {
            while (merged.TryRead(out var index, out var token))
            {
                if (written++ == 0)
                {
                    Begin(context, generations.Count, text);
                }

                // A token may have no text of its own yet: a part of a character, or what could become a stop text.
                if (token.Text.Length > 0 || token.Logprobs is not null)
                {
                    text.WriteToken(output, index, token);
                }

                if (token.IsLast)
                {
                    text.WriteFinish(output, index, token.Finish);
                    open--;
                }
            }

            if (open == 0)
            {
                if (includesUsage)
                {
                    text.WriteUsage(output, generations[0].Request.PromptTokens, generations[0].CachedTokens, written);
                }

                output.Write("data: [DONE]\n\n"u8);
            }

            await output.FlushAsync(cancellation);
        }

        if (open == 0)
        {
            return;
        }

        if (written == 0)
        {
            throw Broken(generations);
        }

        var error = Broken(generations);
        output.Write(OpenAiError.Event(error.Code, error.Message).Span);
        await output.FlushAsync(cancellation);
    }

    private static void Begin(HttpContext context, int choices, CompletionText text)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        for (var index = 0; index < choices; index++)
        {
            text.WriteRole(context.Response.BodyWriter, index);
        }
    }

    private static async Task AnswerAsync(HttpContext context, IReadOnlyList<Generation> generations, CompletionText text)
    {
        var answers = new List<GeneratedToken>[generations.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = [];
            await foreach (var token in generations[i].Tokens.ReadAllAsync(context.RequestAborted))
            {
                answers[i].Add(token);
            }

            if (answers[i].Count == 0 || !answers[i][^1].IsLast)
            {
                throw Broken(generations);
            }
        }

        var buffer = new ArrayBufferWriter<byte>(512 + (answers.Sum(answer => answer.Count) * 6));
        text.WriteWhole(buffer, answers, generations[0].Request.PromptTokens, generations[0].CachedTokens);
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

    private static RequestRefusedException Broken(IReadOnlyList<Generation> generations) => generations.Any(generation => generation.HasFailed)
        ? new(StatusCodes.Status503ServiceUnavailable, "kv_memory_exhausted", "The engine had no KV memory left for this request; try again.")
        : Stopped();

    private string Models()
    {
        var id = JsonEncodedText.Encode(model.Id);
        var length = model.Limits.MaxModelLength ?? model.Limits.KvCapacityTokens;
        var any = model.TakesAnyName ? ",\"takes_any_name\":true" : string.Empty;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"object\":\"list\",\"data\":[{{\"id\":\"{id}\",\"object\":\"model\",\"created\":{created},\"owned_by\":\"halffull\",\"max_model_len\":{length}{any}}}]}}");
    }
}
