using System.Numerics;

namespace HalfFull.Metrics;

/// <summary>
/// Exact quantiles of more samples than fit in memory: each pass counts the samples in 4,096 equal parts of the range where an answer
/// lies and keeps the part that holds it, until a part is one number. Ranges of hours at 100 ns take three passes.
/// </summary>
internal static class QuantileSelection
{
    private const int BitsPerPass = 12;

    public static long[] Select(SampleStore samples, ReadOnlySpan<double> quantiles)
    {
        var searches = new Search[samples.Count == 0 ? 0 : quantiles.Length];
        for (var i = 0; i < searches.Length; i++)
        {
            searches[i] = new Search(NearestRank.Of(quantiles[i], samples.Count), samples.Max);
        }

        while (Array.Exists(searches, static search => !search.IsDone))
        {
            foreach (var piece in samples.Pieces())
            {
                foreach (var search in searches)
                {
                    search.Count(piece.Span);
                }
            }

            Array.ForEach(searches, static search => search.Narrow());
        }

        return samples.Count == 0 ? new long[quantiles.Length] : Array.ConvertAll(searches, static search => search.Lowest);
    }

    /// <summary>The search for the sample of one rank: it is among those that share all bits above <c>bitsLeft</c> with <c>Lowest</c>.</summary>
    private sealed class Search(long rank, long max)
    {
        private readonly long[] counts = new long[1 << BitsPerPass];
        private long rankWithin = rank;
        private int bitsLeft = BitOperations.Log2((ulong)max | 1) + 1;

        public long Lowest { get; private set; }

        public bool IsDone => bitsLeft == 0;

        private int PartBits => Math.Max(0, bitsLeft - BitsPerPass);

        public void Count(ReadOnlySpan<long> samples)
        {
            if (IsDone)
            {
                return;
            }

            var (shared, part) = (Lowest >> bitsLeft, PartBits);
            foreach (var sample in samples)
            {
                if (sample >> bitsLeft == shared)
                {
                    counts[(sample - Lowest) >> part]++;
                }
            }
        }

        public void Narrow()
        {
            if (IsDone)
            {
                return;
            }

            var part = 0;
            while (rankWithin > counts[part])
            {
                rankWithin -= counts[part];
                part++;
            }

            bitsLeft = PartBits;
            Lowest += (long)part << bitsLeft;
            Array.Clear(counts);
        }
    }
}
