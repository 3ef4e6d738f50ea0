using HalfFull.Prediction;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// The order of LARRY: the largest W - P first, where W is the time waited and P, which saturates below A, the delay that the request would impose on the
/// others. Our own reading of arXiv 2410.17840, not its authors' formula. It stays cheap although every key moves with time and load: arrival
/// and size are fixed features, everything else is one parameter for all (or for a tenant and class). Fairness and ageing priorities only change what the delay is taken
/// to be, so that P stays below A and the bound on overtaking holds; strict priorities put a class before the next, and the bound holds within it.
/// With promises the smallest cost goes first, but who is due (<see cref="LarryPromises"/>) before that.
/// </summary>
internal sealed class LarryOrder(Larry.Options options, TenantOutputs outputs, LarryGroups groups, IServiceRates rates) : IQueueOrder
{
    private const double LeastTokens = 64;
    private const double SecondsPerTick = 1e-7;
    private const int MostLevels = 20; // beyond this a further level changes nothing
    private const double Fold = 1e6; // seconds: scale by which keys of any size are folded into one class
    private TimeSpan now;
    private double secondsPerToken;
    private double memorySecondsPerToken;
    private double meanOutput;
    private double crowd;
    private double saturation;
    private double done;

    private bool IsPromised => options.Order == Larry.Ordering.Promised;

    /// <summary>b: how often, of late, somebody was refused for lack of memory; 0..1. Whoever owns the order sets it.</summary>
    internal double MemoryPressure { get; set; }

    /// <summary>What has been promised to whom; unused by the other orders.</summary>
    internal LarryPromises Promises { get; } = new(options);

    /// <inheritdoc/>
    public RankFeatures Features(in QueueEntry entry) => new(
        entry.Request.Arrival,
        entry.OutputTokens > 0 ? 0 : 1,
        Math.Max(LeastTokens, entry.UncachedTokens),
        IsPromised ? Promises.DueOf(entry.Slot, CostOnArrival(entry)) : entry.Request.PromptTokens);

    /// <summary>A sequence joined the queue for the first time.</summary>
    internal void Arrived(Sequence sequence)
    {
        if (IsPromised)
        {
            Promises.Arrived(sequence, CostOnArrival(new QueueEntry(sequence.Request, sequence.UncachedTokens, sequence.OutputTokens)));
        }
    }

    /// <summary>A sequence was admitted.</summary>
    internal void Admitted(Sequence sequence)
    {
        if (IsPromised)
        {
            Promises.Admitted(sequence);
        }
    }

    /// <summary>A sequence finished or gave up.</summary>
    internal void Left(Sequence sequence)
    {
        if (IsPromised)
        {
            Promises.Left(sequence);
        }
    }

    /// <inheritdoc/>
    public int Group(in QueueEntry entry) => groups.IndexOf(entry.Request);

    /// <inheritdoc/>
    public void Freeze(in QueueMoment moment)
    {
        now = moment.Now;
        groups.Freeze();
        done = Promises.Done;
        secondsPerToken = 1 / rates.PrefillTokensPerSecond;
        memorySecondsPerToken = options.Memory * MemoryPressure / rates.ReleasedTokensPerSecond;
        meanOutput = rates.MeanOutputTokens;
        crowd = options.Base + (options.PerWaiting * moment.Count);
        saturation = Math.Max(options.A, (moment.Now - moment.OldestArrival).TotalSeconds / 2);
    }

    /// <inheritdoc/>
    public double Key(in RankFeatures features, int group)
    {
        var waited = Waited(features);
        if (options.Target is { } target && !IsPromised && waited < options.A
            && waited > target.TotalSeconds + (3 * features.Third * secondsPerToken))
        {
            // Too late for the target anyway: it competes as if it had just arrived, until A.
            waited = 0;
        }

        return Key(features, group, waited);
    }

    /// <inheritdoc/>
    public double Bound(in RankFeatures minima, int group) => Key(minima, group, Waited(minima));

    private double Waited(in RankFeatures features) => (now - features.Arrival).Ticks * SecondsPerTick;

    private double Key(in RankFeatures features, int group, double waited)
    {
        var key = KeyInClass(features, group, waited);
        return options.Priority == Larry.PriorityRule.Strict ? Folded(key) - (2.0 * groups.PriorityOf(group)) : key;
    }

    private double KeyInClass(in RankFeatures features, int group, double waited)
    {
        if (features.First == 0)
        {
            return double.NegativeInfinity; // preempted with output: first, in order of arrival
        }

        var tokens = features.Second;
        var cost = (tokens * secondsPerToken) + ((tokens + outputs.Mean(groups.OutputsOf(group), meanOutput)) * memorySecondsPerToken);
        cost += groups.ExcessOf(group) * secondsPerToken;
        return options.Order switch
        {
            Larry.Ordering.Fcfs => 0,
            Larry.Ordering.Shortest => cost,
            Larry.Ordering.Promised => features.Third <= done ? features.Third - done : cost * Weight(group),
            Larry.Ordering.Hrrn => -(waited / cost),
            _ => Penalty(crowd * cost * Weight(group)) - waited,
        };
    }

    /// <summary>C with the rates and the pressure of this moment, not of the last pass.</summary>
    private double CostOnArrival(in QueueEntry entry)
    {
        var tokens = Math.Max(LeastTokens, entry.UncachedTokens);
        var output = outputs.Mean(groups.OutputsOf(Group(entry)), rates.MeanOutputTokens);
        return (tokens / rates.PrefillTokensPerSecond) + (options.Memory * MemoryPressure * (tokens + output) / rates.ReleasedTokensPerSecond);
    }

    /// <summary>With ageing priorities each level quarters the delay that counts.</summary>
    private double Weight(int group) =>
        options.Priority == Larry.PriorityRule.Aged ? Math.ScaleB(1, -2 * Math.Clamp(groups.PriorityOf(group), -MostLevels, MostLevels)) : 1;

    /// <summary>A key of any size as one between -1 and 1, in the same order; written so that rounding keeps it.</summary>
    private static double Folded(double key) => key >= 0 ? 1 / (1 + (Fold / key)) : -1 / (1 + (Fold / -key));

    /// <summary>A x / (A + x), written so that rounding cannot break its monotony; x itself for infinite A, and 0 for A = 0 even where x is 0 too.</summary>
    private double Penalty(double imposed)
    {
        if (double.IsInfinity(saturation))
        {
            return imposed;
        }

        return saturation > 0 ? saturation / (1 + (saturation / imposed)) : 0;
    }
}
