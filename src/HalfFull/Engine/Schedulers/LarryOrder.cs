using HalfFull.Prediction;
using HalfFull.Queueing;

namespace HalfFull.Engine.Schedulers;

/// <summary>
/// The order of LARRY: the largest W - P first, where W is the time waited and P, which saturates below A, the delay that the request would impose on the
/// others. Our own reading of arXiv 2410.17840, not its authors' formula. It stays cheap although every key moves with time and load: arrival
/// and size are fixed features, everything else is one parameter for all (or for a tenant).
/// </summary>
internal sealed class LarryOrder(Larry.Options options, TenantOutputs outputs, IServiceRates rates) : IQueueOrder
{
    private const double LeastTokens = 64;
    private const double SecondsPerTick = 1e-7;
    private TimeSpan now;
    private double secondsPerToken;
    private double memorySecondsPerToken;
    private double meanOutput;
    private double crowd;
    private double saturation;

    /// <summary>b: how often, of late, somebody was refused for lack of memory; 0..1. Whoever owns the order sets it.</summary>
    internal double MemoryPressure { get; set; }

    /// <inheritdoc/>
    public RankFeatures Features(in QueueEntry entry) => new(
        entry.Request.Arrival,
        entry.OutputTokens > 0 ? 0 : 1,
        Math.Max(LeastTokens, entry.UncachedTokens),
        entry.Request.PromptTokens);

    /// <inheritdoc/>
    public int Group(in QueueEntry entry) => options.Tenants ? outputs.IndexOf(entry.Request.Tenant) : 0;

    /// <inheritdoc/>
    public void Freeze(in QueueMoment moment)
    {
        now = moment.Now;
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
        if (options.Target is { } target && waited < options.A
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
        if (features.First == 0)
        {
            return double.NegativeInfinity; // preempted with output: first, in order of arrival
        }

        var tokens = features.Second;
        var cost = (tokens * secondsPerToken) + ((tokens + outputs.Mean(group, meanOutput)) * memorySecondsPerToken);
        return options.Order switch
        {
            Larry.Ordering.Fcfs => 0,
            Larry.Ordering.Shortest => cost,
            Larry.Ordering.Hrrn => -(waited / cost),
            _ => Penalty(crowd * cost) - waited,
        };
    }

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
