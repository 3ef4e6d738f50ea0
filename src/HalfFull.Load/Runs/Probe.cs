using System.Net;
using System.Text;
using System.Text.Json;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Prompts;

namespace HalfFull.Load.Runs;

/// <summary>Asks a server once, before a run, whether it can be measured: which models it has, and for one short answer.</summary>
public static class Probe
{
    private const int FewerWords = 1;
    private const int OutputTokens = 4;
    private const int LongestMessage = 200;
    private static readonly int Words = PromptText.DistinctWords;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Finds out the model, what the server accepts beyond the standard, and how words become tokens.</summary>
    /// <param name="client">How to reach it.</param>
    /// <param name="unary">Whether whole responses will be asked for.</param>
    /// <param name="salt">Salt of the prompts to come.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LoadException">It cannot be measured; one sentence says why.</exception>
    public static async Task<Target> RunAsync(OpenAiClient client, bool unary, ulong salt, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            var model = await ModelAsync(client, patience.Token);
            return await TryCallAsync(client, model, unary, salt, patience.Token);
        }
        catch (Exception error) when (error is HttpRequestException or IOException and not LoadException || ErrorClassifier.IsConnectTimeout(error))
        {
            throw new LoadException(ServerSentence.Unusable(client.Endpoint, error), error);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new LoadException($"{client.Endpoint} did not answer within {Duration.Format(Patience)}: it is overloaded, or still loads its model.", late);
        }
    }

    private static async Task<string> ModelAsync(OpenAiClient client, CancellationToken cancellation)
    {
        var endpoint = client.Endpoint;
        using var response = await client.SendAsync(HttpMethod.Get, endpoint.ModelsUrl, content: null, cancellation);
        var text = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellation)); // whatever charset it names
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed && endpoint.Model is { } given)
        {
            return given; // some servers have no list; the short request decides
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new LoadException(ServerSentence.Refusal(endpoint, endpoint.ModelsUrl, response.StatusCode, text));
        }

        var names = ModelNames(text) ?? throw new LoadException(
            $"{endpoint.ModelsUrl} answers, but not with a list of models; give the address of an OpenAI-compatible server.");
        return endpoint.Model is not { } model ? names.FirstOrDefault() ?? throw new LoadException($"{endpoint} serves no model; load one first.")
            : names.Count == 0 || names.Contains(model, StringComparer.Ordinal) ? model
            : throw new LoadException($"{endpoint} has no model '{model}'; it serves {string.Join(", ", names.Take(10))}.");
    }

    private static async Task<Target> TryCallAsync(OpenAiClient client, string model, bool unary, ulong salt, CancellationToken cancellation)
    {
        // Richest first; a strict server refuses what it does not know with 400 or 422.
        ServerSupport[] attempts = [new(IgnoreEos: true, StreamUsage: true), new(IgnoreEos: false, StreamUsage: true), new(IgnoreEos: false, StreamUsage: false)];
        var refusal = string.Empty;
        foreach (var support in attempts)
        {
            var (status, text) = await CallAsync(client, model, support, unary, Words, cancellation);
            if (status == HttpStatusCode.OK)
            {
                var usage = UsageOf(client.Endpoint, unary, text);
                var calibration = usage is { } counted
                    ? await CalibrateAsync(client, model, support, unary, counted.PromptTokens, cancellation)
                    : TokenCalibration.None;
                return new Target(client, model, support with { StreamUsage = support.StreamUsage && usage is not null }, new PromptText(salt, calibration));
            }

            refusal = ServerSentence.Refusal(client.Endpoint, client.Endpoint.RequestUrl, status, Encoding.UTF8.GetString(text));
            if (status is not (HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity))
            {
                break;
            }
        }

        throw new LoadException(refusal);
    }

    private static async Task<TokenCalibration> CalibrateAsync(
        OpenAiClient client, string model, ServerSupport support, bool unary, int promptTokens, CancellationToken cancellation)
    {
        var (status, text) = await CallAsync(client, model, support, unary, FewerWords, cancellation);
        return status == HttpStatusCode.OK && UsageOf(client.Endpoint, unary, text) is { } fewer
            ? TokenCalibration.Of(Words, promptTokens, FewerWords, fewer.PromptTokens)
            : TokenCalibration.Of(Words, promptTokens);
    }

    private static async Task<(HttpStatusCode Status, byte[] Text)> CallAsync(
        OpenAiClient client, string model, ServerSupport support, bool unary, int words, CancellationToken cancellation)
    {
        using var body = new PooledBytes();
        using var question = new PooledBytes();
        using var writer = new RequestBody(client.Endpoint.Api, model, support, stream: !unary);
        PromptText.WriteEach(words, question);
        writer.Write([question.Written], OutputTokens, body);
        using var content = new BodyContent(body);
        using var response = await client.SendAsync(HttpMethod.Post, client.Endpoint.RequestUrl, content, cancellation);
        return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellation));
    }

    private static Usage? UsageOf(Endpoint endpoint, bool unary, byte[] text) => unary ? UnaryUsage(endpoint, text) : StreamUsage(endpoint, text);

    private static Usage? StreamUsage(Endpoint endpoint, ReadOnlySpan<byte> text)
    {
        using var events = new SseReader();
        Usage? usage = null;
        var chunks = 0;
        while (!text.IsEmpty)
        {
            var room = events.GetMemory().Span;
            var count = Math.Min(room.Length, text.Length);
            text[..count].CopyTo(room);
            events.Advance(count);
            text = text[count..];
            while (events.TryRead(out var data) || (text.IsEmpty && events.TryReadLast(out data)))
            {
                data = data.Trim(" \t"u8);
                if (!data.IsEmpty && !data.SequenceEqual("[DONE]"u8))
                {
                    usage = Parse(endpoint, data, events.IsErrorEvent).Usage ?? usage;
                    chunks++;
                }
            }
        }

        return chunks > 0 ? usage : throw new LoadException($"{endpoint.RequestUrl} answered without a single event; if it does not stream, give --unary.");
    }

    private static Usage? UnaryUsage(Endpoint endpoint, byte[] text) => Parse(endpoint, text).Usage;

    private static StreamChunk Parse(Endpoint endpoint, ReadOnlySpan<byte> json, bool isErrorEvent = false)
    {
        try
        {
            var chunk = ChunkReader.Read(json);
            return chunk.IsError || isErrorEvent ? throw new LoadException($"{endpoint.RequestUrl} answered with an error: {Excerpt.Of(Encoding.UTF8.GetString(json), LongestMessage)}") : chunk;
        }
        catch (JsonException error)
        {
            throw new LoadException($"{endpoint.RequestUrl} answered with something else than JSON: {Excerpt.Of(Encoding.UTF8.GetString(json), LongestMessage)}", error);
        }
    }

    private static List<string>? ModelNames(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("data", out var list) && list.ValueKind == JsonValueKind.Array
                ? [.. list.EnumerateArray().Select(IdOf).OfType<string>()]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? IdOf(JsonElement model) =>
        model.ValueKind == JsonValueKind.Object && model.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
}
