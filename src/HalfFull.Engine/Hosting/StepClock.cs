using HalfFull.Engine.Native;

namespace HalfFull.Engine.Hosting;

/// <summary>Says when a real step ended: by the clock on the wall, or by the processor time that it took, so that a noisy neighbour does not count.</summary>
public sealed class StepClock
{
    private readonly EngineClock? wall;
    private TimeSpan begun;

    private StepClock(EngineClock? wall) => this.wall = wall;

    /// <summary>Time as it passes.</summary>
    public static StepClock Wall(EngineClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return new StepClock(clock);
    }

    /// <summary>Processor time of the thread that steps; the model must compute on that thread alone.</summary>
    public static StepClock ThreadCpu() => new(wall: null);

    /// <summary>A step begins.</summary>
    internal void Begin() => begun = wall is null ? ThreadCpuClock.Now : TimeSpan.Zero;

    /// <summary>End of the step that started at the given time, at least a tick later.</summary>
    internal TimeSpan End(TimeSpan start)
    {
        var end = wall is null ? start + (ThreadCpuClock.Now - begun) : wall.Now;
        return end > start ? end : start + TimeSpan.FromTicks(1);
    }
}
