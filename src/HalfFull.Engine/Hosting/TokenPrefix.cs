namespace HalfFull.Engine.Hosting;

/// <summary>Chained hashes of a prompt's leading units of tokens: prompts with a hash in common begin with the same tokens.</summary>
public static class TokenPrefix
{
    /// <summary>One hash for each full unit; each depends on all tokens before it.</summary>
    /// <param name="tokens">The prompt's tokens.</param>
    /// <param name="unitTokens">Tokens in one unit, a multiple of the engine's block size.</param>
    /// <param name="salt">Prompts with different salts have no hash in common.</param>
    public static long[] Hashes(ReadOnlySpan<int> tokens, int unitTokens, ulong salt = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unitTokens);
        var hashes = new long[tokens.Length / unitTokens];
        var hash = Rng.Mix(salt + 1);
        for (var i = 0; i < hashes.Length * unitTokens; i++)
        {
            hash = Rng.Mix(hash ^ (uint)tokens[i]);
            if ((i + 1) % unitTokens == 0)
            {
                hashes[i / unitTokens] = (long)hash;
            }
        }

        return hashes;
    }
}
