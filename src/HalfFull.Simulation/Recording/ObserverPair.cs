using HalfFull.Engine;
using HalfFull.Metrics;

namespace HalfFull.Simulation.Recording;

/// <summary>Lets two observers hear a run.</summary>
/// <param name="first">Hears it first.</param>
/// <param name="second">Hears it next.</param>
public sealed class ObserverPair(IRunObserver first, IRunObserver second) : IRunObserver
{
    /// <summary>The pair, or the one that is there; null when neither is.</summary>
    public static IRunObserver? Of(IRunObserver? first, IRunObserver? second) =>
        first is null || second is null ? first ?? second : new ObserverPair(first, second);

    /// <inheritdoc/>
    public void Submitted(Replica replica, Sequence sequence, TimeSpan now)
    {
        first.Submitted(replica, sequence, now);
        second.Submitted(replica, sequence, now);
    }

    /// <inheritdoc/>
    public void Planned(Replica replica, TimeSpan now)
    {
        first.Planned(replica, now);
        second.Planned(replica, now);
    }

    /// <inheritdoc/>
    public void StepEnding(Replica replica, TimeSpan start, TimeSpan end)
    {
        first.StepEnding(replica, start, end);
        second.StepEnding(replica, start, end);
    }

    /// <inheritdoc/>
    public void Add(in RequestRecord record)
    {
        first.Add(record);
        second.Add(record);
    }
}
