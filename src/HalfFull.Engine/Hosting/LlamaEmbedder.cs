using HalfFull.Engine.Gguf;
using HalfFull.Engine.Native;

namespace HalfFull.Engine.Hosting;

/// <summary>
/// Embeddings of texts by a model whose file says how its vectors are pooled. It has a KV cache of its own, made with the first text, and computes one text at a time, on the thread that
/// asks and outside of the engine's steps.
/// </summary>
public sealed class LlamaEmbedder : IDisposable
{
    private readonly Lock one = new();
    private readonly LlamaModel model;
    private readonly ContextOptions options;
    private LlamaContext? context;
    private LlamaBatch? batch;
    private bool isDisposed;

    private LlamaEmbedder(LlamaModel model, ContextOptions options)
    {
        this.model = model;
        this.options = options;
    }

    /// <summary>Most tokens of one text.</summary>
    public int MostTokens => options.BatchTokens;

    /// <summary>Numbers of one embedding.</summary>
    public int Width => model.Width;

    /// <summary>The embeddings of a model; null when its file names no pooling, as with models that are made for text only.</summary>
    /// <param name="model">The model; it must live as long as this does.</param>
    /// <param name="mostTokens">Most tokens of one text.</param>
    /// <param name="threads">Threads that compute.</param>
    public static LlamaEmbedder? Of(LlamaModel model, int mostTokens, int threads)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.File.Pooling is { } pooling
            ? new LlamaEmbedder(model, new ContextOptions { Sequences = 1, KvTokens = mostTokens, BatchTokens = mostTokens, Threads = threads, Pooling = pooling })
            : null;
    }

    /// <summary>The embedding of a text, of length 1.</summary>
    /// <param name="tokens">Its tokens, 1 to <see cref="MostTokens"/>.</param>
    /// <exception cref="LlamaException">The library failed, or there is no memory.</exception>
    public float[] Embed(ReadOnlySpan<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length, nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, MostTokens, nameof(tokens));
        lock (one)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            context ??= new LlamaContext(model, options);
            batch ??= context.NewBatch();
            context.Clear();
            batch.Clear();
            for (var i = 0; i < tokens.Length; i++)
            {
                batch.Add(tokens[i], i, 0, wantsLogits: true);
            }

            if (context.Decode(batch) != DecodeResult.Done)
            {
                throw new LlamaException($"The KV cache for embeddings has no room for {tokens.Length} tokens.");
            }

            var embedding = context.Embedding(0).ToArray();
            context.Disown();
            return Normalized(embedding);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (one)
        {
            isDisposed = true;
            batch?.Dispose();
            context?.Dispose();
        }
    }

    private static float[] Normalized(float[] embedding)
    {
        var squares = 0.0;
        foreach (var value in embedding)
        {
            squares += (double)value * value;
        }

        var inverse = squares > 0 ? 1 / Math.Sqrt(squares) : 0;
        for (var i = 0; i < embedding.Length; i++)
        {
            embedding[i] = (float)(embedding[i] * inverse);
        }

        return embedding;
    }
}
