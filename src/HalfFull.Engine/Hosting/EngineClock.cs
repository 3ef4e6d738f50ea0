namespace HalfFull.Engine.Hosting;

/// <summary>Time since an engine started, and waiting for a moment of it.</summary>
public sealed class EngineClock
{
    // Sleeps are whole milliseconds and end up to a tenth late; the rest is spun.
    private static readonly TimeSpan SleepMargin = TimeSpan.FromMilliseconds(1.2);
    private static readonly TimeSpan YieldMargin = TimeSpan.FromMicroseconds(60);

    private readonly TimeProvider time;
    private readonly long origin;

    /// <summary>A clock that starts now.</summary>
    public EngineClock(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        this.time = time;
        origin = time.GetTimestamp();
    }

    /// <summary>Time since the start.</summary>
    public TimeSpan Now => time.GetElapsedTime(origin);

    /// <summary>Blocks until a moment: sleeps, then spins for at most a millisecond. Returns at once when it has passed.</summary>
    public void WaitUntil(TimeSpan moment)
    {
        for (var left = moment - Now; left > TimeSpan.Zero; left = moment - Now)
        {
            if (left > SleepMargin)
            {
                Thread.Sleep((int)(left - SleepMargin).TotalMilliseconds + 1);
            }
            else if (left > YieldMargin)
            {
                Thread.Yield();
            }
            else
            {
                Thread.SpinWait(20);
            }
        }
    }
}
