namespace HalfFull.Prediction;

/// <summary>
/// The last output lengths, kept sorted, from which lengths are drawn: uniform over the ranks and interpolated between neighbours, as Past-Future scheduling does
/// (Gong et al., ASPLOS 2025). Before anything has finished every length counts as unbounded, that is, as the output limit of whoever asks.
/// </summary>
public sealed class LengthHistory
{
    private readonly int[] sorted;
    private readonly int[] inOrder;
    private int oldest;

    /// <summary>A history of the last <paramref name="window"/> lengths.</summary>
    public LengthHistory(int window)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(window);
        sorted = new int[window];
        inOrder = new int[window];
        Array.Fill(sorted, int.MaxValue);
        Array.Fill(inOrder, int.MaxValue);
    }

    /// <summary>Lengths known, at most the window.</summary>
    public int Count { get; private set; }

    /// <summary>Takes in the length of a finished output; the oldest one is forgotten.</summary>
    public void Add(int outputTokens)
    {
        Count = Math.Min(Count + 1, inOrder.Length);
        var forgotten = Array.BinarySearch(sorted, inOrder[oldest]);
        inOrder[oldest] = outputTokens;
        oldest = (oldest + 1) % inOrder.Length;
        var place = CountUpTo(outputTokens);
        if (place > forgotten)
        {
            place--;
            Array.Copy(sorted, forgotten + 1, sorted, forgotten, place - forgotten);
        }
        else
        {
            Array.Copy(sorted, place, sorted, place + 1, forgotten - place);
        }

        sorted[place] = outputTokens;
    }

    /// <summary>The quantile of the known lengths above <paramref name="generated"/>; null when there are none.</summary>
    public int? Quantile(double share, int generated)
    {
        var first = CountUpTo(generated);
        return first < Count ? sorted[first + (int)(share * (Count - first))] : null;
    }

    /// <summary>Share of the known lengths above <paramref name="tokens"/>; 1 when none is known.</summary>
    public double ShareAbove(int tokens) => Count == 0 ? 1 : (double)Math.Max(0, Count - CountUpTo(tokens)) / Count;

    /// <summary>Draws a length above <paramref name="generated"/> and at most <paramref name="limit"/>.</summary>
    /// <param name="rng">The caller's own stream; one number is taken.</param>
    /// <param name="generated">Tokens generated so far: only longer outputs are drawn from. 0 for a newcomer.</param>
    /// <param name="limit">The output limit, above <paramref name="generated"/>.</param>
    public int Draw(Rng rng, int generated, int limit)
    {
        ArgumentNullException.ThrowIfNull(rng);
        return Draw(rng, CountUpTo(generated), generated, limit);
    }

    /// <summary>The same for one who draws for the same <paramref name="generated"/> repeatedly and has counted once.</summary>
    /// <param name="rng">The caller's own stream.</param>
    /// <param name="first">The answer of <see cref="CountUpTo"/>, of the lengths as they are now.</param>
    /// <param name="generated">Tokens generated so far.</param>
    /// <param name="limit">The output limit.</param>
    internal int Draw(Rng rng, int first, int generated, int limit)
    {
        var rank = first + (rng.NextDouble() * (sorted.Length - first));
        var below = (int)rank;
        if (below >= sorted.Length)
        {
            return limit;
        }

        var low = Math.Min(sorted[below], limit);
        var high = below + 1 < sorted.Length ? Math.Min(sorted[below + 1], limit) : limit;
        return Math.Max(generated + 1, low + (int)((rank - below) * (high - low)));
    }

    /// <summary>Lengths in the window that are at most the given one.</summary>
    internal int CountUpTo(int length)
    {
        var low = 0;
        var high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] <= length)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
