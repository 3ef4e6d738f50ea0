namespace HalfFull.Engine;

/// <summary>
/// The largest future footprint of a set of sequences that each grow by one token a step and free all on finish (used by LightLLM, VTC,
/// MC-SF and SGLang): with pairs (occupied, remaining) sorted by remaining, descending, the peak is the largest
/// remaining_j * j + sum of occupied_1..j. Reusable; allocates only while it grows.
/// </summary>
public sealed class FuturePeak
{
    private int[] remaining = new int[64];
    private int[] occupied = new int[64];
    private int count;

    /// <summary>Forgets all members.</summary>
    public void Clear() => count = 0;

    /// <summary>Adds a member.</summary>
    /// <param name="occupiedTokens">KV tokens held now, or once its prompt is computed.</param>
    /// <param name="remainingTokens">Tokens still to be generated; below 1 counts as 1.</param>
    public void Add(int occupiedTokens, int remainingTokens)
    {
        if (count == remaining.Length)
        {
            Array.Resize(ref remaining, count * 2);
            Array.Resize(ref occupied, count * 2);
        }

        remaining[count] = -Math.Max(1, remainingTokens);
        occupied[count++] = occupiedTokens;
    }

    /// <summary>Peak footprint in tokens.</summary>
    public long Tokens()
    {
        Array.Sort(remaining, occupied, 0, count);
        var peak = 0L;
        var sum = 0L;
        for (var j = 0; j < count; j++)
        {
            sum += occupied[j];
            peak = Math.Max(peak, sum - ((long)remaining[j] * (j + 1)));
        }

        return peak;
    }
}
