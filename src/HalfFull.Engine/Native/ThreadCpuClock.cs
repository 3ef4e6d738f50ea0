namespace HalfFull.Engine.Native;

/// <summary>
/// Processor time of the calling thread: what a step costs, whatever else runs on the machine. It covers a step of the native library only while that computes on one thread.
/// </summary>
public static class ThreadCpuClock
{
    /// <summary>Whether this system has it.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Processor time that the calling thread has used.</summary>
    /// <exception cref="PlatformNotSupportedException">This system does not tell.</exception>
    public static TimeSpan Now => IsSupported && Libc.Clock(Libc.ThreadCpuTime, out var time) == 0
        ? TimeSpan.FromTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100))
        : throw new PlatformNotSupportedException("The processor time of a thread is measured on Linux only.");
}
