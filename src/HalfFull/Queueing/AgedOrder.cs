namespace HalfFull.Queueing;

/// <summary>
/// Any order with ageing: the key of a waiting item falls by one unit of the inner order's key for each <c>age</c> that it has waited, or for each so many engine steps,
/// so that nobody is overtaken for ever by a stream of better-ranked newcomers. Ageing is linear, so the wait so far, which all share,
/// cancels: the order of two items does not move with time unless the inner order does, and the key stays monotone in its features.
/// </summary>
public sealed class AgedOrder : IQueueOrder
{
    private readonly IQueueOrder inner;
    private readonly double unitsPerSecond;
    private readonly double unitsPerStep;
    private long steps;

    private AgedOrder(IQueueOrder inner, double unitsPerSecond, double unitsPerStep)
    {
        ArgumentNullException.ThrowIfNull(inner);
        this.inner = inner;
        this.unitsPerSecond = unitsPerSecond;
        this.unitsPerStep = unitsPerStep;
    }

    /// <summary>Ages by time since the original arrival, which a preemption does not reset.</summary>
    /// <param name="inner">The order.</param>
    /// <param name="age">Waiting time worth one unit of its key; above zero.</param>
    public static AgedOrder ByTime(IQueueOrder inner, TimeSpan age)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(age, TimeSpan.Zero);
        return new AgedOrder(inner, 1 / age.TotalSeconds, 0);
    }

    /// <summary>
    /// Ages by engine steps since an item last joined the queue, whatever a clock says; a preemption starts the count again. The inner order must not use the
    /// third feature, which holds the step of joining, and whoever owns the order must call <see cref="Passed"/>.
    /// </summary>
    /// <param name="inner">The order.</param>
    /// <param name="steps">Steps worth one unit of its key; at least 1.</param>
    public static AgedOrder BySteps(IQueueOrder inner, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        return new AgedOrder(inner, 0, 1.0 / steps);
    }

    /// <summary>Counts engine steps.</summary>
    public void Passed(int count) => steps += count;

    /// <inheritdoc/>
    public RankFeatures Features(in QueueEntry entry)
    {
        var features = inner.Features(entry);
        if (unitsPerStep == 0)
        {
            return features;
        }

        return features.Third == 0
            ? features with { Third = steps }
            : throw new InvalidOperationException("An order that uses the third feature cannot be aged by steps; age it by time.");
    }

    /// <inheritdoc/>
    public int Group(in QueueEntry entry) => inner.Group(entry);

    /// <inheritdoc/>
    public void Freeze(in QueueMoment moment) => inner.Freeze(moment);

    /// <inheritdoc/>
    public double Key(in RankFeatures features, int group) => inner.Key(Inner(features), group) + Joined(features);

    /// <inheritdoc/>
    public double Bound(in RankFeatures minima, int group) => inner.Bound(Inner(minima), group) + Joined(minima);

    private RankFeatures Inner(in RankFeatures features) => unitsPerStep == 0 ? features : features with { Third = 0 };

    /// <summary>When the item joined, in units of the key: who waits longer has less of it.</summary>
    private double Joined(in RankFeatures features) =>
        unitsPerStep == 0 ? features.Arrival.TotalSeconds * unitsPerSecond : features.Third * unitsPerStep;
}
