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

    /// <summary>
    /// Most KV tokens that preempted sequences keep in host memory, to be copied back when they are admitted again; 0: none, everything is computed again.
    /// A host that sets it must be able to do it (<see cref="Sequence.SwappedTokens"/>).
    /// </summary>
    public long SwapTokens { get; init; }

    /// <summary>Tokens that fit into the pool.</summary>
    public long KvCapacityTokens => (long)KvBlocks * BlockSize;

    /// <summary>Blocks that hold the given number of tokens.</summary>
    public int BlocksFor(int tokens) => (int)(((uint)tokens + (uint)BlockSize - 1) / (uint)BlockSize);

    /// <summary>Most output tokens that a request which fits may have here; the last one needs no KV.</summary>
    public int OutputLimit(Request request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var room = Math.Min(KvCapacityTokens + 1, MaxModelLength ?? long.MaxValue) - request.PromptTokens;
        return (int)Math.Min(request.MaxOutputTokens, room);
    }

    /// <summary>Why the request can never run within these limits, as one sentence; null when it can.</summary>
    public string? Refusal(Request request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.PromptTokens < 1 || request.MaxOutputTokens < 1)
        {
            return $"Request {request.Id} has {request.PromptTokens} prompt tokens and an output limit of {request.MaxOutputTokens}; both must be at least 1.";
        }

        if (request.PromptTokens > KvCapacityTokens)
        {
            return $"Request {request.Id} has {request.PromptTokens} prompt tokens, more than the {KvCapacityTokens} tokens of the KV cache.";
        }

        if (MaxModelLength is { } length && request.PromptTokens >= length)
        {
            return $"Request {request.Id} has {request.PromptTokens} prompt tokens, which leaves no room for output in a context of {length} tokens.";
        }

        if (PrefixCaching && !request.PrefixHashes.IsEmpty
            && (request.PrefixUnitTokens < 1 || request.PrefixUnitTokens % BlockSize != 0))
        {
            return $"Request {request.Id} has prefix units of {request.PrefixUnitTokens} tokens, which is not a multiple of the block size {BlockSize}.";
        }

        return null;
    }

    private static int Positive(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
        return value;
    }
}
