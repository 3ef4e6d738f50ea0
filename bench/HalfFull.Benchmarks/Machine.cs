using System.Diagnostics;
using System.Runtime.InteropServices;

namespace HalfFull.Benchmarks;

/// <summary>What a figure depends on besides the code.</summary>
internal static class Machine
{
    /// <summary>One line: processor, cores, operating system, runtime.</summary>
    internal static string Describe() =>
        $"{Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    /// <summary>Most memory that the process has had resident, MB; null where the system does not tell.</summary>
    internal static double? PeakResidentMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 > 0 ? process.PeakWorkingSet64 / 1e6 : null;
    }

    private static string Processor()
    {
        const string Info = "/proc/cpuinfo";
        var line = File.Exists(Info) ? File.ReadLines(Info).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
