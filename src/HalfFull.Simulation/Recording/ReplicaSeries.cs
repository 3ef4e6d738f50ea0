namespace HalfFull.Simulation.Recording;

/// <summary>What <see cref="FleetSeries"/> keeps of one replica: totals by bucket and the queue as last seen.</summary>
internal sealed class ReplicaSeries(int buckets)
{
    public long[] KvTokenTicks { get; } = new long[buckets];

    public long[] WaitingTicks { get; } = new long[buckets];

    public long[] RunningTicks { get; } = new long[buckets];

    public int[] MostWaiting { get; } = new int[buckets];

    public TimeSpan Since { get; set; }

    public int Waiting { get; set; }

    public int Running { get; set; }

    /// <summary>Joins each two neighbouring buckets.</summary>
    public void Halve()
    {
        foreach (var totals in (ReadOnlySpan<long[]>)[KvTokenTicks, WaitingTicks, RunningTicks])
        {
            for (var i = 0; i < buckets; i++)
            {
                totals[i] = 2 * i < buckets ? totals[2 * i] + totals[(2 * i) + 1] : 0;
            }
        }

        for (var i = 0; i < buckets; i++)
        {
            MostWaiting[i] = 2 * i < buckets ? Math.Max(MostWaiting[2 * i], MostWaiting[(2 * i) + 1]) : 0;
        }
    }
}
