namespace HalfFull.Routing.Prefix;

/// <summary>Folds what must be equal for a cached prefix to be shared, other than the tokens, into one number.</summary>
public static class PrefixSeed
{
    /// <summary>The seed of a model, an adapter and a cache salt. Null differs from the empty text; all null gives 0.</summary>
    public static ulong Of(string? model, string? adapter = null, string? cacheSalt = null)
    {
        if (model is null && adapter is null && cacheSalt is null)
        {
            return 0;
        }

        return Fold(Fold(Fold(1, model), adapter), cacheSalt);
    }

    /// <summary>A seed with the size of the prefix units folded in: the same id of units of different sizes is not the same prefix.</summary>
    internal static ulong WithUnit(ulong seed, int unitTokens) => Rng.Mix(seed ^ ((ulong)(uint)unitTokens << 32));

    /// <summary>Hash of a text, the same in every process.</summary>
    internal static ulong Fold(ulong hash, string? text)
    {
        foreach (var character in text.AsSpan())
        {
            hash = Rng.Mix(hash ^ character);
        }

        return Rng.Mix(hash ^ (text is null ? 1UL << 40 : (ulong)text.Length << 20));
    }
}
