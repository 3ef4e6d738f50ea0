namespace HalfFull.Prediction.Ranking;

/// <summary>
/// Kendall's tau-b between scores and true lengths: 1 when every pair is ordered alike, 0 when the score says nothing. Pairs that are equal in one of the two
/// count for neither side. O(n log n), by counting the exchanges of a merge sort (Knight, 1966).
/// </summary>
public static class KendallTau
{
    /// <summary>The coefficient; 0 when all scores or all lengths are equal.</summary>
    public static double Of(ReadOnlySpan<double> scores, ReadOnlySpan<int> lengths)
    {
        if (lengths.Length != scores.Length)
        {
            throw new ArgumentException($"There are {scores.Length} scores and {lengths.Length} lengths.", nameof(lengths));
        }

        var count = scores.Length;
        var pairs = new (double Score, int Length)[count];
        for (var i = 0; i < count; i++)
        {
            pairs[i] = (scores[i], lengths[i]);
        }

        Array.Sort(pairs);
        var total = Pairs(count);
        var sameScore = TiedPairs(pairs, static (a, b) => a.Score == b.Score);
        var sameBoth = TiedPairs(pairs, static (a, b) => a == b);
        var exchanges = MergeSort(pairs, new (double Score, int Length)[count], 0, count);
        var sameLength = TiedPairs(pairs, static (a, b) => a.Length == b.Length);
        var difference = total - sameScore - sameLength + sameBoth - (2 * exchanges);
        var scale = Math.Sqrt((double)(total - sameScore)) * Math.Sqrt((double)(total - sameLength));
        return scale > 0 ? difference / scale : 0;
    }

    private static long Pairs(long count) => count * (count - 1) / 2;

    private static long TiedPairs((double Score, int Length)[] pairs, Func<(double Score, int Length), (double Score, int Length), bool> same)
    {
        var tied = 0L;
        for (var start = 0; start < pairs.Length;)
        {
            var end = start + 1;
            while (end < pairs.Length && same(pairs[start], pairs[end]))
            {
                end++;
            }

            tied += Pairs(end - start);
            start = end;
        }

        return tied;
    }

    /// <summary>Sorts by length and counts how many pairs were the wrong way round.</summary>
    private static long MergeSort((double Score, int Length)[] pairs, (double Score, int Length)[] buffer, int start, int end)
    {
        if (end - start < 2)
        {
            return 0;
        }

        var middle = (start + end) / 2;
        var exchanges = MergeSort(pairs, buffer, start, middle) + MergeSort(pairs, buffer, middle, end);
        var (left, right) = (start, middle);
        for (var i = start; i < end; i++)
        {
            if (right == end || (left < middle && pairs[left].Length <= pairs[right].Length))
            {
                buffer[i] = pairs[left++];
            }
            else
            {
                exchanges += middle - left;
                buffer[i] = pairs[right++];
            }
        }

        Array.Copy(buffer, start, pairs, start, end - start);
        return exchanges;
    }
}
