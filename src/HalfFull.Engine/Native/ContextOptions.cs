using HalfFull.Engine.Gguf;

namespace HalfFull.Engine.Native;

/// <summary>How a context is set up.</summary>
public sealed record ContextOptions
{
    /// <summary>Most sequences a library takes.</summary>
    public const int MostSequences = 256;

    /// <summary>The library rounds the tokens of a sequence's part of the cache up to a multiple of this.</summary>
    public const int TokenGranule = 256;

    private const int MostTokens = 1 << 28;

    /// <summary>Sequences that may hold KV at a time, 1 to <see cref="MostSequences"/>.</summary>
    public int Sequences { get; init => field = Within(value, MostSequences); } = 8;

    /// <summary>
    /// Numbers for prefixes that are kept when nobody uses them, beside those of the sequences; unified only, where a number costs nothing. In a split cache prefixes
    /// lie in parts that no sequence needs.
    /// </summary>
    public int KeptPrefixes { get; init => field = Within(value, MostSequences); } = 64;

    /// <summary>Tokens of the whole KV cache: the pool when unified, all parts together when split.</summary>
    public int KvTokens { get; init => field = Within(value, MostTokens); } = 8 * 1024;

    /// <summary>Most tokens in one batch.</summary>
    public int BatchTokens { get; init => field = Within(value, MostTokens); } = 512;

    /// <summary>How the KV cache is kept.</summary>
    public KvMode KvMode { get; init; } = KvMode.Split;

    /// <summary>Numbers of the KV cache.</summary>
    public KvType KvType { get; init; } = KvType.F16;

    /// <summary>Threads that compute. One by default: the library's threads spin at barriers, and beside other work two are slower than one.</summary>
    public int Threads { get; init => field = Within(value, 1024); } = 1;

    /// <summary>Whether attention is computed without keeping its whole matrix.</summary>
    public bool FlashAttention { get; init; }

    /// <summary>How embeddings are pooled, for a context that gives embeddings and no logits; null for one that generates.</summary>
    public Pooling? Pooling { get; init; }

    private static int Within(int value, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most);
        return value;
    }
}
