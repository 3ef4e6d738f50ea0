using HalfFull.Engine.Schedulers;
using HalfFull.Policies;

namespace HalfFull.Queueing.Queues;

/// <summary>
/// LARRY's order with the pressure of memory as a queue sees it: roughly the share of the last second for which somebody was held for lack of memory. By time and not by
/// calls, for how often a host asks depends on its other business.
/// </summary>
internal sealed class PressedOrder(LarryOrder order) : IQueueOrder
{
    private const double MemorySeconds = 1; // about fifty engine steps, the memory of the average in an engine
    private TimeSpan changed;
    private bool isHeld;
    private double pressure;

    /// <summary>From now on somebody is held for lack of memory, or nobody is.</summary>
    internal void Changed(TimeSpan now, bool held)
    {
        pressure = At(now);
        changed = now;
        isHeld = held;
    }

    /// <summary>b.</summary>
    internal double At(TimeSpan now)
    {
        var elapsed = Math.Max(0, (now - changed).TotalSeconds);
        return pressure + (elapsed / (MemorySeconds + elapsed) * ((isHeld ? 1 : 0) - pressure));
    }

    /// <inheritdoc/>
    public RankFeatures Features(in QueueEntry entry) => order.Features(entry);

    /// <inheritdoc/>
    public int Group(in QueueEntry entry) => order.Group(entry);

    /// <inheritdoc/>
    public void Freeze(in QueueMoment moment)
    {
        order.MemoryPressure = At(moment.Now);
        order.Freeze(moment);
    }

    /// <inheritdoc/>
    public double Key(in RankFeatures features, int group) => order.Key(features, group);

    /// <inheritdoc/>
    public double Bound(in RankFeatures minima, int group) => order.Bound(minima, group);

    /// <summary>Saves the pressure: the order itself is made anew in each pass.</summary>
    internal void Save(StateWriter state)
    {
        state.Time(changed);
        state.Flag(isHeld);
        state.Real(pressure);
    }

    internal void Restore(ref StateReader state)
    {
        changed = state.Time();
        isHeld = state.Flag();
        pressure = state.Real();
    }
}
