using HalfFull.Metrics;

namespace HalfFull.Report.Recording;

/// <summary>TTFT, E2E and slowdown of one class of requests, by block of arrivals, so that changes have intervals.</summary>
internal sealed class ClassSamples
{
    private const double SlowdownUnit = 1e6; // as in SummaryBuilder

    /// <summary>The samples.</summary>
    public BlockedSamples Blocks { get; } = new(quantiles: false);

    /// <summary>Requests that arrived.</summary>
    public long Requests { get; private set; }

    /// <summary>Requests that completed.</summary>
    public long Completed { get; private set; }

    /// <summary>Mean TTFT, seconds.</summary>
    public double Ttft => Blocks.Mean(RequestMetric.Ttft) / TimeSpan.TicksPerSecond;

    /// <summary>Mean E2E, seconds.</summary>
    public double E2E => Blocks.Mean(RequestMetric.E2E) / TimeSpan.TicksPerSecond;

    /// <summary>Mean slowdown.</summary>
    public double Slowdown => Blocks.Mean(RequestMetric.Slowdown) / SlowdownUnit;

    /// <summary>Takes a record of the class.</summary>
    public void Add(in RequestRecord record, double slowdown)
    {
        Requests++;
        Blocks.Arrived(record.Id);
        if (record.Outcome != Outcome.Completed)
        {
            return;
        }

        Completed++;
        Blocks.Add(RequestMetric.Ttft, record.Id, record.Ttft.Ticks);
        Blocks.Add(RequestMetric.E2E, record.Id, record.E2E.Ticks);
        Blocks.Add(RequestMetric.Slowdown, record.Id, (long)Math.Round(slowdown * SlowdownUnit));
    }

    /// <summary>Adds the samples of another class of the same run; both must be aligned.</summary>
    public void Merge(ClassSamples other)
    {
        Requests += other.Requests;
        Completed += other.Completed;
        Blocks.Merge(other.Blocks);
    }

    /// <summary>Brings the blocks to those of the whole run, of which this class has only some requests.</summary>
    public void Align(long lastId) => Blocks.Arrived(lastId);
}
