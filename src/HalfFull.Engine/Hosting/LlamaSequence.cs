using System.Buffers;
using HalfFull.Engine.Sampling;

namespace HalfFull.Engine.Hosting;

/// <summary>A sequence as the runner of a real model keeps it: its tokens, where its KV lies, its sampler and its text.</summary>
internal sealed class LlamaSequence
{
    private int[] tokens;
    private int count;
    private byte[]? saved;
    private int savedBytes;

    internal LlamaSequence(Sequence sequence, GenerationInput input)
    {
        Sequence = sequence;
        Options = input.Sampling;
        Sampler = new Sampler(input.Sampling);
        Text = new OutputText(input.Sampling.Stop);
        Prompt = input.Prompt;
        PromptTokens = input.Prompt.Length;
        tokens = new int[PromptTokens + 16];
        input.Prompt.Span.CopyTo(tokens);
        count = PromptTokens;
    }

    internal Sequence Sequence { get; }

    internal SamplingOptions Options { get; }

    internal Sampler Sampler { get; }

    internal OutputText Text { get; }

    internal int PromptTokens { get; }

    /// <summary>The prompt's tokens.</summary>
    internal ReadOnlyMemory<int> Prompt { get; }

    /// <summary>Its KV in the library; null while it has none there.</summary>
    internal KvPart? Kv { get; set; }

    /// <summary>Where it takes its prefix from; only while it is placed.</summary>
    internal KvPart? Source { get; set; }

    /// <summary>Tokens that it has in the library.</summary>
    internal int NativeTokens => Kv?.Tokens ?? 0;

    /// <summary>The token chosen in this step.</summary>
    internal int Next { get; set; }

    /// <summary>Row of the batch whose logits choose its next token; -1 when it gets none in this step.</summary>
    internal int Row { get; set; } = -1;

    /// <summary>What it emitted last.</summary>
    internal GeneratedToken Emitted { get; set; }

    /// <summary>Prompt and output.</summary>
    internal ReadOnlySpan<int> Tokens => tokens.AsSpan(0, count);

    /// <summary>State in host memory; empty when there is none.</summary>
    internal ReadOnlySpan<byte> Saved => saved.AsSpan(0, savedBytes);

    internal void Add(int token)
    {
        if (count == tokens.Length)
        {
            Array.Resize(ref tokens, count * 2);
        }

        tokens[count++] = token;
    }

    /// <summary>Memory of the given size for its state.</summary>
    internal Span<byte> Keep(int bytes)
    {
        Forget();
        saved = ArrayPool<byte>.Shared.Rent(bytes);
        savedBytes = bytes;
        return saved.AsSpan(0, bytes);
    }

    /// <summary>Gives the memory of its state back.</summary>
    internal void Forget()
    {
        if (saved is not null)
        {
            ArrayPool<byte>.Shared.Return(saved);
            saved = null;
            savedBytes = 0;
        }
    }
}
