namespace HalfFull.Simulation.Gateways;

/// <summary>
/// When the reports of replicas are taken: every period, each replica at its own seeded moment of it, and each report up to a tenth of the period
/// early or late. A function of seed, replica and number: nothing is kept.
/// </summary>
/// <param name="period">Mean time between two reports of a replica, above 0.</param>
/// <param name="seed">Seed of the moments.</param>
internal sealed class ReportTimes(TimeSpan period, ulong seed)
{
    private const double Jitter = 0.1;

    /// <summary>Time of the last report at or before a time; before 0 when the first has not been taken.</summary>
    internal TimeSpan LastAt(int replica, TimeSpan now) => Time(replica, LastNumber(replica, now));

    /// <summary>Time of the first report after a time.</summary>
    internal TimeSpan NextAfter(int replica, TimeSpan now) => Time(replica, LastNumber(replica, now) + 1);

    private long LastNumber(int replica, TimeSpan now)
    {
        var number = (long)Math.Floor((double)now.Ticks / period.Ticks) + 1;
        while (Time(replica, number) > now)
        {
            number--;
        }

        return number;
    }

    private TimeSpan Time(int replica, long number)
    {
        var stream = Rng.Mix(seed ^ Rng.Mix((ulong)(uint)replica + 1));
        var phase = Share(stream);
        var jitter = Jitter * ((2 * Share(Rng.Mix(stream ^ Rng.Mix((ulong)number)))) - 1);
        return new TimeSpan((number * period.Ticks) + (long)((phase + jitter) * period.Ticks));
    }

    private static double Share(ulong bits) => (Rng.Mix(bits) >> 11) * (1.0 / (1UL << 53));
}
