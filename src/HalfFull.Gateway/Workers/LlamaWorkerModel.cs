using System.Globalization;
using HalfFull.Engine;
using HalfFull.Engine.Chat;
using HalfFull.Engine.Hosting;
using HalfFull.Engine.Native;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.OpenAi;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Workers;

/// <summary>A real model: chats are written down as its template wants, prompts become token ids, and tokens are chosen as the request says.</summary>
internal sealed class LlamaWorkerModel(LlamaModel model, IChatTemplate? template, EngineLimits limits, ulong seed, LlamaEmbedder? embedder) : IWorkerModel
{
    // No token of a known vocabulary has more bytes: a text that is longer than this times the context cannot fit, and is not even tokenized.
    private const int MostBytesPerToken = 512;
    private long submitted;

    /// <inheritdoc/>
    public string Id => model.File.Name;

    /// <inheritdoc/>
    public string Version => "halffull-engine";

    /// <inheritdoc/>
    public bool TakesAnyName => true;

    /// <inheritdoc/>
    public EngineLimits Limits => limits;

    /// <inheritdoc/>
    public EmbeddingsApi? Embeddings { get; } = embedder is null ? null : new EmbeddingsApi(model, embedder);

    /// <inheritdoc/>
    public IReadOnlyList<Generation> Submit(EngineLoop loop, in RequestScan scan, ReadOnlyMemory<byte> body, bool isChat)
    {
        var request = CompletionRequest.Parse(body, isChat, model.VocabularySize);
        if (scan.PromptBytes > (long)(limits.MaxModelLength ?? int.MaxValue / MostBytesPerToken) * MostBytesPerToken)
        {
            throw TooLong($"The prompt has {scan.PromptBytes} bytes of text, more than {limits.MaxModelLength} tokens could hold.");
        }

        var prompt = Tokens(request);
        var longest = limits.MaxModelLength ?? (int)Math.Min(int.MaxValue, limits.KvCapacityTokens);
        var room = longest - prompt.Length;
        if (room < 1 || scan.MaxOutputTokens > room)
        {
            var asked = scan.MaxOutputTokens is { } tokens ? $" and {tokens} of output" : string.Empty;
            throw TooLong($"This model's maximum context length is {longest} tokens, but the request has {prompt.Length} tokens of prompt{asked}; shorten it or lower max_tokens.");
        }

        var maxTokens = scan.MaxOutputTokens ?? room;
        if (loop.Refusal(prompt.Length, maxTokens) is { } reason)
        {
            throw TooLong(reason);
        }

        var first = request.Seed ?? Rng.Mix(seed + (ulong)Interlocked.Increment(ref submitted));
        var unit = limits.BlockSize;
        var hashes = TokenPrefix.Hashes(prompt, unit, request.CacheSalt);
        var generations = new Generation[scan.Choices];
        for (var i = 0; i < generations.Length; i++)
        {
            var sampling = request.Sampling with { Seed = first + (ulong)i };
            generations[i] = loop.Submit(prompt.Length, maxTokens, hashes, unit, scan.EnginePriority, new GenerationInput(prompt, sampling));
        }

        return generations;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Piece(int token) => model.Piece(token);

    private static RequestRefusedException TooLong(FormattableString message) => TooLong(message.ToString(CultureInfo.InvariantCulture));

    private static RequestRefusedException TooLong(string message) => new(StatusCodes.Status400BadRequest, "context_length_exceeded", message);

    private int[] Tokens(CompletionRequest request)
    {
        if (request.PromptIds is { } ids)
        {
            return ids;
        }

        if (request.Prompt is { } text)
        {
            var tokens = model.Tokenize(text, addSpecial: true, parseSpecial: false);
            return tokens.Length > 0 ? tokens : throw new RequestRefusedException(StatusCodes.Status400BadRequest, "invalid_request", "'prompt' has no tokens.");
        }

        if (template is null)
        {
            throw new RequestRefusedException(
                StatusCodes.Status400BadRequest, "no_chat_template", "This model has no chat template; use /v1/completions, or start the server with --chat-template.");
        }

        try
        {
            return PromptTokens.Of(model, template.Format(request.Messages));
        }
        catch (FormatException error)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, "invalid_request", error.Message);
        }
    }
}
