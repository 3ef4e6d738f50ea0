namespace HalfFull.Engine;

/// <summary>What one engine may hold and do; fixed at start.</summary>
public sealed record EngineLimits
{
    /// <summary>Limits of an engine with <paramref name="kvBlocks"/> blocks of KV cache, at least 1.</summary>
    public EngineLimits(int kvBlocks)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(kvBlocks);
        KvBlocks = kvBlocks;
    }

    /// <summary>KV blocks in the pool.</summary>
    public int KvBlocks { get; }

    /// <summary>Most tokens computed in one step.</summary>
    public int TokenBudget { get; init => field = Positive(value); } = 2048;

    /// <summary>Most sequences running at a time.</summary>
    public int MaxSequences { get; init => field = Positive(value); } = 256;

    /// <summary>Tokens in one KV block.</summary>
    public int BlockSize { get; init => field = Positive(value); } = 16;

    /// <summary>Most tokens of prompt and output together; null when only the KV pool limits.</summary>
    public int? MaxModelLength { get; init => field = value is { } length ? Positive(length) : null; }

    /// <summary>Whether prefixes with known hashes are kept and reused.</summary>
    public bool PrefixCaching { get; init; } = true;

    /// <summary>Tokens that fit into the pool.</summary>
    public long KvCapacityTokens => (long)KvBlocks * BlockSize;

    /// <summary>Blocks that hold the given number of tokens.</summary>
    public int BlocksFor(int tokens) => (int)(((uint)tokens + (uint)BlockSize - 1) / (uint)BlockSize);

    private static int Positive(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
        return value;
    }
}
