namespace HalfFull.Engine;

/// <summary>
/// The largest future footprint of a set of sequences that each grow by one token a step and free all on finish (used by LightLLM, VTC,
/// MC-SF and SGLang): with pairs (occupied, remaining) sorted by remaining, descending, the peak is the largest
/// remaining_j * j + sum of occupied_1..j. Reusable; allocates only while it grows.
/// </summary>
public sealed class FuturePeak
{
    private const int MostInsertions = 8;

    // In the upper half how far the remaining tokens are below the most possible, so that ascending order is theirs descending; in the lower half the occupied ones.
    private ulong[] members = new ulong[64];
    private int count;
    private int sorted;

    /// <summary>Forgets all members.</summary>
    public void Clear()
    {
        count = 0;
        sorted = 0;
    }

    /// <summary>Adds a member.</summary>
    /// <param name="occupiedTokens">KV tokens held now, or once its prompt is computed; at least 0.</param>
    /// <param name="remainingTokens">Tokens still to be generated; below 1 counts as 1.</param>
    public void Add(int occupiedTokens, int remainingTokens)
    {
        if (count == members.Length)
        {
            Array.Resize(ref members, count * 2);
        }

        members[count++] = ((ulong)(int.MaxValue - Math.Max(1, remainingTokens)) << 32) | (uint)occupiedTokens;
    }

    /// <summary>Peak footprint in tokens.</summary>
    public long Tokens()
    {
        Sort();
        var peak = 0L;
        var sum = 0L;
        for (var j = 0; j < count; j++)
        {
            sum += (int)members[j];
            peak = Math.Max(peak, sum + ((int.MaxValue - (long)(members[j] >> 32)) * (j + 1)));
        }

        return peak;
    }

    /// <summary>Candidates come one at a time to those sorted before: each is put into its place. The order of equal ones does not move the peak, which is at the last of them.</summary>
    private void Sort()
    {
        if (count - sorted > MostInsertions)
        {
            members.AsSpan(0, count).Sort();
            sorted = count;
        }

        for (; sorted < count; sorted++)
        {
            var member = members[sorted];
            var place = members.AsSpan(0, sorted).BinarySearch(member);
            place = place < 0 ? ~place : place;
            members.AsSpan(place, sorted - place).CopyTo(members.AsSpan(place + 1));
            members[place] = member;
        }
    }
}
