using System.Runtime.InteropServices;

namespace HalfFull.Load.Timing;

/// <summary>
/// Waits for a moment to within some ten microseconds without burning a core: far from it on an event, near it in the kernel's
/// high-resolution sleep, and only the last stretch, shorter than the kernel's timer slack, by spinning.
/// </summary>
internal static partial class PreciseWait
{
    private const long NanosecondsPerTick = 100;
    private static readonly TimeSpan Far = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan EventMargin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Spin = TimeSpan.FromMicroseconds(60);

    /// <summary>Blocks until the clock shows the moment; false when the signal came first, which may be noticed a millisecond late.</summary>
    public static bool Until(TimeSpan moment, RunClock clock, WaitHandle wake)
    {
        while (true)
        {
            var left = moment - clock.Now;
            if (left <= TimeSpan.Zero)
            {
                return true;
            }

            if (left > Far)
            {
                if (wake.WaitOne(Min(left - EventMargin, TimeSpan.FromDays(1))))
                {
                    return false;
                }
            }
            else if (left > Spin)
            {
                if (wake.WaitOne(0))
                {
                    return false;
                }

                Sleep(Min(left - Spin, LongestSleep));
            }
            else
            {
                Thread.SpinWait(20);
            }
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static void Sleep(TimeSpan time)
    {
        if (OperatingSystem.IsWindows())
        {
            // The runtime asks Windows for its high-resolution timer only for whole milliseconds.
            Thread.Sleep(time > TimeSpan.FromMilliseconds(2) ? 1 : 0);
            return;
        }

        var request = new Timespec { Nanoseconds = (nint)(time.Ticks * NanosecondsPerTick) };
        _ = NanoSleep(in request, 0);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NanoSleep(in Timespec request, nint remaining);

    // C's struct timespec on 64-bit systems; sleeps here are far below a second.
    private struct Timespec
    {
#pragma warning disable CS0649 // Seconds stays 0: it is there for the layout.
        public nint Seconds;
#pragma warning restore CS0649
        public nint Nanoseconds;
    }
}
