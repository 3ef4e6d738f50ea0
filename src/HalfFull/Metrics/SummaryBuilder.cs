namespace HalfFull.Metrics;

/// <summary>Turns the records of one run, as they come, into a <see cref="Summary"/>, in memory that does not grow with the run.</summary>
/// <param name="slo">Bounds that count for attainment and goodput.</param>
/// <param name="isolatedTime">What slowdown is measured against; null when unknown, and then slowdown has no samples.</param>
/// <param name="mostSamplesInMemory">Samples of each metric that stay in memory; more go to a temporary file.</param>
public sealed class SummaryBuilder(Slo slo, IIsolatedTime? isolatedTime, int mostSamplesInMemory = SampleStore.DefaultMostInMemory)
    : IRecordSink, IDisposable
{
    /// <summary>Slowdown, a ratio, is kept in millionths.</summary>
    private const double SlowdownUnit = 1e6;

    private readonly SampleStore ttft = new(mostSamplesInMemory);
    private readonly SampleStore tpot = new(mostSamplesInMemory);
    private readonly SampleStore e2e = new(mostSamplesInMemory);
    private readonly SampleStore queue = new(mostSamplesInMemory);
    private readonly SampleStore slowdown = new(mostSamplesInMemory);
    private TimeSpan firstArrival = TimeSpan.MaxValue;
    private TimeSpan lastFinish = TimeSpan.MinValue;
    private long completed;
    private long rejected;
    private long failed;
    private long meetingSlo;
    private long preemptions;
    private long outputTokens;

    /// <summary>The metrics by block of arrivals, for <see cref="Bootstrap"/>; they outlive this builder.</summary>
    public BlockedSamples Blocks { get; } = new();

    /// <inheritdoc/>
    public void Add(in RequestRecord record)
    {
        firstArrival = record.Arrival < firstArrival ? record.Arrival : firstArrival;
        lastFinish = record.Finish > lastFinish ? record.Finish : lastFinish;
        preemptions += record.Preemptions;
        Blocks.Arrived(record.Id);
        var met = slo.Meets(record) ? 1 : 0;
        meetingSlo += met;
        Blocks.Add(RequestMetric.Attainment, record.Id, met);
        switch (record.Outcome)
        {
            case Outcome.Completed:
                completed++;
                AddCompleted(record);
                break;
            case Outcome.Rejected:
                rejected++;
                break;
            default:
                failed++;
                break;
        }
    }

    /// <summary>The summary of all records so far.</summary>
    /// <param name="itl">Gaps between tokens, which the host counts step by step.</param>
    public Summary Build(LogHistogram itl)
    {
        ArgumentNullException.ThrowIfNull(itl);
        var requests = completed + rejected + failed;
        var makespan = requests == 0 ? TimeSpan.Zero : lastFinish - firstArrival;
        return new Summary
        {
            Requests = requests,
            Completed = completed,
            Rejected = rejected,
            Failed = failed,
            Preemptions = preemptions,
            Makespan = makespan,
            RequestsPerSecond = PerSecond(completed, makespan),
            OutputTokensPerSecond = PerSecond(outputTokens, makespan),
            TtftSeconds = ttft.ToDistribution(TimeSpan.TicksPerSecond),
            TpotSeconds = tpot.ToDistribution(TimeSpan.TicksPerSecond),
            ItlSeconds = itl.ToSeconds(),
            E2ESeconds = e2e.ToDistribution(TimeSpan.TicksPerSecond),
            QueueSeconds = queue.ToDistribution(TimeSpan.TicksPerSecond),
            Slowdown = slowdown.ToDistribution(SlowdownUnit),
            SloAttainment = requests == 0 ? 0 : (double)meetingSlo / requests,
            GoodputRequestsPerSecond = PerSecond(meetingSlo, makespan),
        };
    }

    /// <summary>Frees the temporary files.</summary>
    public void Dispose()
    {
        ttft.Dispose();
        tpot.Dispose();
        e2e.Dispose();
        queue.Dispose();
        slowdown.Dispose();
    }

    private void AddCompleted(in RequestRecord record)
    {
        outputTokens += record.OutputTokens;
        Keep(RequestMetric.Ttft, ttft, record.Id, record.Ttft.Ticks);
        Keep(RequestMetric.E2E, e2e, record.Id, record.E2E.Ticks);
        Keep(RequestMetric.Queue, queue, record.Id, record.Queue.Ticks);
        if (record.Tpot is { } perToken)
        {
            Keep(RequestMetric.Tpot, tpot, record.Id, perToken.Ticks);
        }

        if (isolatedTime is not null)
        {
            var ratio = record.E2E / isolatedTime.Of(record);
            Keep(RequestMetric.Slowdown, slowdown, record.Id, (long)Math.Round(ratio * SlowdownUnit));
        }
    }

    private void Keep(RequestMetric metric, SampleStore samples, long requestId, long sample)
    {
        samples.Add(sample);
        Blocks.Add(metric, requestId, sample);
    }

    private static double PerSecond(long count, TimeSpan makespan) =>
        makespan > TimeSpan.Zero ? count / makespan.TotalSeconds : 0;
}
