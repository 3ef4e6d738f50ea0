namespace HalfFull.Load.Sweeping;

/// <summary>
/// Finds the highest rate that holds an objective: doubles until a rate fails, halves until one holds, then bisects between the two on
/// a logarithmic scale. Each rate is tried until one verdict has a majority of the repeats, so that one lucky or unlucky trial decides
/// nothing.
/// </summary>
/// <param name="start">First rate, requests per second.</param>
/// <param name="precision">Stops when the bounds are this close, as a share of the lower one.</param>
/// <param name="repeats">Most trials at one rate; odd.</param>
/// <param name="most">Highest rate to try.</param>
public sealed class RateSearch(double start, double precision, int repeats, double most)
{
    // Below this share of the first rate nothing is served at all.
    private const double LowestShare = 1.0 / 1024;

    private readonly List<RatePoint> trials = [];

    /// <summary>All trials in order.</summary>
    public IReadOnlyList<RatePoint> Trials => trials;

    /// <summary>Highest rate that held; null while none did.</summary>
    public double? Highest { get; private set; }

    /// <summary>Lowest rate that failed; null while none did.</summary>
    public double? Lowest { get; private set; }

    /// <summary>The rate at which trials have no request to measure, which ended the search; null while there was none.</summary>
    public double? TooLow { get; private set; }

    /// <summary>The trial to make next; null when the answer is known.</summary>
    public (double RequestsPerSecond, int Repeat)? Next
    {
        get
        {
            if (TooLow is not null)
            {
                return null;
            }

            if (trials.Count > 0 && !IsDecided(trials[^1].RequestsPerSecond))
            {
                return (trials[^1].RequestsPerSecond, trials[^1].Repeat + 1);
            }

            var rate = NextRate();
            return rate is { } known && known >= start * LowestShare ? (known, 0) : null;
        }
    }

    /// <summary>Ends the search: the trial that <see cref="Next"/> asked for had no request to measure, and lower rates have none either.</summary>
    public void End() => TooLow = Next?.RequestsPerSecond;

    /// <summary>Takes the verdict of the trial that <see cref="Next"/> asked for.</summary>
    public void Add(bool holds)
    {
        var (rate, repeat) = Next ?? throw new InvalidOperationException("The search has ended.");
        trials.Add(new RatePoint(rate, repeat, holds));
        if (!IsDecided(rate))
        {
            return;
        }

        if (Count(rate, holds: true) > repeats / 2)
        {
            Highest = Math.Max(Highest ?? 0, rate);
        }
        else
        {
            Lowest = Math.Min(Lowest ?? double.PositiveInfinity, rate);
        }
    }

    private double? NextRate() => (Highest, Lowest) switch
    {
        (null, null) => Math.Min(start, most),
        ({ } held, null) => held >= most ? null : Math.Min(2 * held, most),
        (null, { } failed) => failed / 2,
        ({ } held, { } failed) => failed <= held * (1 + precision) ? null : Math.Sqrt(held * failed),
    };

    private bool IsDecided(double rate) => Math.Max(Count(rate, holds: true), Count(rate, holds: false)) > repeats / 2;

    private int Count(double rate, bool holds) => trials.Count(trial => trial.RequestsPerSecond == rate && trial.Holds == holds);
}
