using System.Runtime.InteropServices;

namespace HalfFull.Engine.Native;

/// <summary>The C library's functions that .NET has no word for.</summary>
internal static partial class Libc
{
    /// <summary>The processor time of the calling thread.</summary>
    internal const int ThreadCpuTime = 3;

    /// <summary>Sets a variable where native code sees it; .NET's own setter does not reach there.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    internal static partial int Clock(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        internal long Seconds;
        internal long Nanoseconds;
    }
}
