namespace HalfFull.Load.Timing;

/// <summary>Time since a run began, on a monotonic clock, in ticks of 100 ns. Every timestamp of a run comes from one of these.</summary>
public sealed class RunClock
{
    private readonly TimeProvider time;
    private long start;

    /// <summary>A clock that starts now.</summary>
    /// <param name="time">Where time comes from; the system's performance counter when null.</param>
    public RunClock(TimeProvider? time = null)
    {
        this.time = time ?? TimeProvider.System;
        Restart();
    }

    /// <summary>Time since the start.</summary>
    public TimeSpan Now => time.GetElapsedTime(start);

    /// <summary>Starts anew, now that everything is ready; nothing was stamped yet.</summary>
    internal void Restart() => start = time.GetTimestamp();
}
