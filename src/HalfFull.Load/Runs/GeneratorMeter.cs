using System.Diagnostics;
using HalfFull.Load.Timing;
using HalfFull.Metrics;

namespace HalfFull.Load.Runs;

/// <summary>Watches the measuring process while a run goes on.</summary>
internal sealed class GeneratorMeter : IDisposable
{
    private const int SampleEveryMillis = 20;

    private readonly TimeSpan cpu = Environment.CpuUsage.TotalTime;
    private readonly TimeSpan pause = GC.GetTotalPauseDuration();
    private readonly long start = Stopwatch.GetTimestamp();
    private readonly LogHistogram delays = new();
    private readonly ManualResetEvent stop = new(initialState: false);
    private readonly StampProbe probe;
    private readonly Thread sampler;

    public GeneratorMeter()
    {
        probe = new StampProbe(Stamped);
        sampler = new Thread(Sample) { Name = "halffull delay", IsBackground = true };
        sampler.Start();
    }

    /// <summary>What was used since the start.</summary>
    public GeneratorUse Stop()
    {
        stop.Set();
        sampler.Join();
        probe.Dispose();
        lock (delays)
        {
            return new GeneratorUse(
                (Environment.CpuUsage.TotalTime - cpu).TotalSeconds,
                Stopwatch.GetElapsedTime(start).TotalSeconds,
                Environment.ProcessorCount,
                (GC.GetTotalPauseDuration() - pause).TotalSeconds,
                Process.GetCurrentProcess().PeakWorkingSet64,
                delays.ToSeconds());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stop.Set();
        sampler.Join();
        probe.Dispose();
        stop.Dispose();
    }

    private void Sample()
    {
        do
        {
            probe.Send();
        }
        while (!stop.WaitOne(SampleEveryMillis));
    }

    private void Stamped(TimeSpan delay)
    {
        lock (delays)
        {
            delays.Add(delay.Ticks, 1);
        }
    }
}
