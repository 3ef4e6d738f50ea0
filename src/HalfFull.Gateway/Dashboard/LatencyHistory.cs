namespace HalfFull.Gateway.Dashboard;

/// <summary>
/// Latencies of the last hour in slots of ten seconds, in memory that is taken once (some 280 KB). A slot is emptied when its time comes again, so that there is nothing to
/// do while nothing happens. Not thread-safe.
/// </summary>
internal sealed class LatencyHistory
{
    private const int Slots = 360;
    private const int NowSlots = 3;
    private static readonly TimeSpan SlotTime = TimeSpan.FromSeconds(10);

    private readonly long[] numbers = new long[Slots];
    private readonly int[] ttft = new int[Slots * LatencyBuckets.Count];
    private readonly int[] tpot = new int[Slots * LatencyBuckets.Count];
    private readonly int[] firstTokens = new int[Slots];
    private readonly int[] ended = new int[Slots];
    private readonly long[] outputTokens = new long[Slots];

    public LatencyHistory() => Array.Fill(numbers, -1);

    /// <summary>A first token came back.</summary>
    public void FirstToken(TimeSpan now, TimeSpan since)
    {
        var slot = Slot(now);
        firstTokens[slot]++;
        ttft[(slot * LatencyBuckets.Count) + LatencyBuckets.Of(since)]++;
    }

    /// <summary>An attempt ended.</summary>
    /// <param name="now">When.</param>
    /// <param name="perToken">Its TPOT; null when it has none.</param>
    /// <param name="output">Its output tokens.</param>
    public void Ended(TimeSpan now, TimeSpan? perToken, int output)
    {
        var slot = Slot(now);
        ended[slot]++;
        outputTokens[slot] += output;
        if (perToken is { } known)
        {
            tpot[(slot * LatencyBuckets.Count) + LatencyBuckets.Of(known)]++;
        }
    }

    /// <summary>The last twenty to thirty seconds.</summary>
    public LatencyPoint Recent(TimeSpan now) => Over(now, NowSlots);

    /// <summary>The last hour as one.</summary>
    public LatencyPoint Hour(TimeSpan now) => Over(now, Slots);

    /// <summary>The slots of the last hour in which anything happened, the oldest first.</summary>
    public IReadOnlyList<LatencyPoint> Points(TimeSpan now)
    {
        var points = new List<LatencyPoint>();
        var last = Number(now);
        for (var number = Math.Max(0, last - Slots + 1); number <= last; number++)
        {
            var slot = (int)(number % Slots);
            if (numbers[slot] == number)
            {
                var (start, end) = (number * SlotTime, number == last ? now : (number + 1) * SlotTime);
                points.Add(Point(now - ((start + end) / 2), end - start, Counts(ttft, slot), Counts(tpot, slot), firstTokens[slot], ended[slot], outputTokens[slot]));
            }
        }

        return points;
    }

    private static LatencyPoint Point(TimeSpan age, TimeSpan length, ReadOnlySpan<int> ttft, ReadOnlySpan<int> tpot, int firstTokens, int ended, long outputTokens) => new(
        age, length, firstTokens, LatencyBuckets.Percentile(ttft, 0.5), LatencyBuckets.Percentile(ttft, 0.99),
        ended, LatencyBuckets.Percentile(tpot, 0.5), LatencyBuckets.Percentile(tpot, 0.99), outputTokens);

    private static ReadOnlySpan<int> Counts(int[] all, int slot) => all.AsSpan(slot * LatencyBuckets.Count, LatencyBuckets.Count);

    private static long Number(TimeSpan now) => now.Ticks / SlotTime.Ticks;

    private LatencyPoint Over(TimeSpan now, int most)
    {
        Span<int> sumTtft = stackalloc int[LatencyBuckets.Count];
        Span<int> sumTpot = stackalloc int[LatencyBuckets.Count];
        sumTtft.Clear();
        sumTpot.Clear();
        var (first, done, tokens) = (0, 0, 0L);
        var last = Number(now);
        var from = Math.Max(0, last - most + 1);
        for (var number = from; number <= last; number++)
        {
            var slot = (int)(number % Slots);
            if (numbers[slot] != number)
            {
                continue;
            }

            for (var i = 0; i < LatencyBuckets.Count; i++)
            {
                sumTtft[i] += Counts(ttft, slot)[i];
                sumTpot[i] += Counts(tpot, slot)[i];
            }

            (first, done, tokens) = (first + firstTokens[slot], done + ended[slot], tokens + outputTokens[slot]);
        }

        var length = now - (from * SlotTime);
        return Point(length / 2, length, sumTtft, sumTpot, first, done, tokens);
    }

    private int Slot(TimeSpan now)
    {
        var number = Number(now);
        var slot = (int)(number % Slots);
        if (numbers[slot] != number)
        {
            numbers[slot] = number;
            ttft.AsSpan(slot * LatencyBuckets.Count, LatencyBuckets.Count).Clear();
            tpot.AsSpan(slot * LatencyBuckets.Count, LatencyBuckets.Count).Clear();
            (firstTokens[slot], ended[slot], outputTokens[slot]) = (0, 0, 0);
        }

        return slot;
    }
}
