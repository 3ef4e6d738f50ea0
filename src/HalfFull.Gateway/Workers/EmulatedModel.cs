using HalfFull.Engine;
using HalfFull.Engine.Hosting;
using HalfFull.Gateway.Http;
using HalfFull.Gateway.OpenAi;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Workers;

/// <summary>A model that is none: only sizes count, and prompts count as bytes / 4.</summary>
internal sealed class EmulatedModel(WorkerOptions options) : IWorkerModel
{
    private const int DefaultChatTokens = 128;
    private const int DefaultCompletionTokens = 16; // OpenAI's own default of this endpoint
    private const double BytesPerToken = 4;
    private readonly int unitTokens = options.Limits.BlockSize * ((15 + options.Limits.BlockSize) / options.Limits.BlockSize);

    /// <inheritdoc/>
    public string Id => options.ModelId;

    /// <inheritdoc/>
    public string Version => "halffull-emulated";

    /// <inheritdoc/>
    public bool TakesAnyName => false;

    /// <inheritdoc/>
    public EngineLimits Limits => options.Limits;

    /// <inheritdoc/>
    public IReadOnlyList<Generation> Submit(EngineLoop loop, in RequestScan scan, ReadOnlyMemory<byte> body, bool isChat)
    {
        if (scan.Choices != 1)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, "unsupported_value", $"'n' is {scan.Choices}, but this server gives one answer only: leave it out or give 1.");
        }

        var promptTokens = scan.PromptTokens(BytesPerToken);
        var maxTokens = scan.MaxOutputTokens ?? (isChat ? DefaultChatTokens : DefaultCompletionTokens);
        if (loop.Refusal(promptTokens, maxTokens) is { } reason)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, "context_length_exceeded", reason);
        }

        return [loop.Submit(promptTokens, maxTokens, PromptPrefix.Hashes(body.Span, unitTokens), unitTokens, scan.EnginePriority)];
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Piece(int token) => default;
}
