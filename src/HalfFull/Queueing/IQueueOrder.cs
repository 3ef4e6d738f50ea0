namespace HalfFull.Queueing;

/// <summary>
/// The order of a waiting queue. A key is a function of an item's <see cref="RankFeatures"/>, fixed while it waits, and of parameters that may
/// move between passes but not within one. It never decreases when a feature grows: that is what lets the queue find the first few items of
/// a hundred thousand by bounds, whatever has moved since the last pass, without touching the rest. Write it with operations that
/// rounding keeps monotone: <c>a / (1 + a / x)</c>, not <c>a * x / (a + x)</c>.
/// </summary>
public interface IQueueOrder
{
    /// <summary>The fixed features of an item that joins the queue.</summary>
    RankFeatures Features(in QueueEntry entry);

    /// <summary>The group of an item: keys may have parameters that move for each group (a tenant's mean, a tenant's counter). Small, dense.</summary>
    int Group(in QueueEntry entry) => 0;

    /// <summary>Starts a pass: fixes everything that moves with time and load until the next call.</summary>
    void Freeze(in QueueMoment moment)
    {
    }

    /// <summary>The key: lower goes first. Equal keys are ordered by arrival, then by request id. Never NaN.</summary>
    double Key(in RankFeatures features, int group);

    /// <summary>A lower bound on the key of every item of the group whose features are all at least these.</summary>
    double Bound(in RankFeatures minima, int group) => Key(minima, group);
}
