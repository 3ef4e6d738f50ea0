using System.Diagnostics;
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
    private readonly Thread sampler;

    public GeneratorMeter()
    {
        sampler = new Thread(Sample) { Name = "halffull delay", IsBackground = true };
        sampler.Start();
    }

    /// <summary>What was used since the start.</summary>
    public GeneratorUse Stop()
    {
        stop.Set();
        sampler.Join();
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
        stop.Dispose();
    }

    private void Sample()
    {
        while (!stop.WaitOne(SampleEveryMillis))
        {
            ThreadPool.UnsafeQueueUserWorkItem(Handled, Stopwatch.GetTimestamp(), preferLocal: false);
        }
    }

    private void Handled(long queued)
    {
        var waited = Stopwatch.GetElapsedTime(queued).Ticks;
        lock (delays)
        {
            delays.Add(waited, 1);
        }
    }
}
