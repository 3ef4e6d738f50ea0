using HalfFull.Metrics;

namespace HalfFull.Load.Runs;

/// <summary>How busy the measuring process itself was: an instrument that is out of breath measures itself.</summary>
/// <param name="CpuSeconds">Processor time that it used.</param>
/// <param name="WallSeconds">Length of the run.</param>
/// <param name="Cores">Processors that it may use.</param>
/// <param name="GcPauseSeconds">Time in which garbage collection stopped it.</param>
/// <param name="PeakMemoryBytes">Largest resident set of the process.</param>
/// <param name="DelaySeconds">
/// From a message being sent over a loopback connection of this process to its being stamped as responses are, every 20 ms on each
/// thread that may stamp: by so much a response may be stamped too late.
/// </param>
public sealed record GeneratorUse(
    double CpuSeconds, double WallSeconds, int Cores, double GcPauseSeconds, long PeakMemoryBytes, Distribution DelaySeconds)
{
    /// <summary>Above this share of all processors the generator is the bottleneck.</summary>
    public const double MostCpuShare = 0.85;

    /// <summary>No run at all.</summary>
    public static GeneratorUse None { get; } = new(0, 0, Environment.ProcessorCount, 0, 0, new Distribution(0, 0, 0, 0, 0));

    /// <summary>Share of all processors that it used.</summary>
    public double CpuShare => WallSeconds > 0 ? CpuSeconds / (WallSeconds * Cores) : 0;

    /// <summary>This run and a later one taken together; of the delays, those of the slower one.</summary>
    public GeneratorUse With(GeneratorUse later)
    {
        ArgumentNullException.ThrowIfNull(later);
        return later with
        {
            CpuSeconds = CpuSeconds + later.CpuSeconds,
            WallSeconds = WallSeconds + later.WallSeconds,
            GcPauseSeconds = GcPauseSeconds + later.GcPauseSeconds,
            PeakMemoryBytes = Math.Max(PeakMemoryBytes, later.PeakMemoryBytes),
            DelaySeconds = DelaySeconds.P99 > later.DelaySeconds.P99 ? DelaySeconds : later.DelaySeconds,
        };
    }

    /// <summary>Whether the processors were the limit.</summary>
    public bool IsCpuBound => CpuShare > MostCpuShare;
}
