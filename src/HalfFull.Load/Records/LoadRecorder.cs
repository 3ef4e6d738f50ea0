using HalfFull.Load.OpenAi;
using HalfFull.Metrics;

namespace HalfFull.Load.Records;

/// <summary>
/// Gathers records as requests end, from any thread, in memory that does not grow with the run. Only completed requests of patient
/// readers enter latency figures; all others are counted by what happened to them.
/// </summary>
/// <param name="slo">Bounds for attainment and goodput.</param>
/// <param name="sinks">Receive every record, those outside the measured window too.</param>
public sealed class LoadRecorder(Slo slo, params IReadOnlyList<ILoadRecordSink> sinks) : IDisposable
{
    private readonly Lock gate = new();
    private readonly LatencySamples ttft = new();
    private readonly LatencySamples tpot = new();
    private readonly LatencySamples e2e = new();
    private readonly LatencySamples normalized = new();
    private readonly SampleStore ttftFromSend = new();
    private readonly SampleStore e2eFromSend = new();
    private readonly SampleStore lateness = new();
    private readonly LogHistogram itl = new();
    private readonly BlockedSamples gapBlocks = new();
    private readonly long[] outcomes = new long[Enum.GetValues<LoadOutcome>().Length];
    private readonly ErrorTally errors = new();
    private readonly CompletionTimeline timeline = new();
    private TimeSpan lastEnd = TimeSpan.MinValue;
    private long excluded;
    private long excludedFailed;
    private long slowReaders;
    private long withoutToken;
    private long judged;
    private long meetingSlo;
    private long outputTokens;
    private long promptTokensAsked;
    private long promptTokensCounted;
    private long cachedTokens;

    /// <summary>Takes the record of a request that has ended.</summary>
    /// <param name="record">The record.</param>
    /// <param name="gaps">Times between its token events, ticks.</param>
    public void Add(in LoadRecord record, ReadOnlySpan<long> gaps)
    {
        lock (gate)
        {
            foreach (var sink in sinks)
            {
                sink.Add(record, gaps);
            }

            // What a slow reader waits for is its own doing, and what the plan or the user cut short nobody's.
            var isJudged = !record.IsSlowReader && record.Outcome is not (LoadOutcome.Cancelled or LoadOutcome.Unfinished);
            var meetsSlo = isJudged && record.Meets(slo);
            timeline.Add(record, meetsSlo);
            if (record.IsMeasured)
            {
                judged += isJudged ? 1 : 0;
                meetingSlo += meetsSlo ? 1 : 0;
                AddMeasured(record, gaps);
                return;
            }

            excluded++;
            excludedFailed += record.Error == ErrorClass.None ? 0 : 1;
        }
    }

    /// <summary>
    /// Notes that requests came as planned from one time to another: throughput is then counted over that time, and not from the first
    /// request to the last, between which there is one gap less than there are requests.
    /// </summary>
    /// <param name="from">Start of the measured window.</param>
    /// <param name="to">Its end.</param>
    public void Planned(TimeSpan from, TimeSpan to)
    {
        lock (gate)
        {
            timeline.Planned(from, to);
        }
    }

    /// <summary>What was served so far.</summary>
    public ServedWindow Served
    {
        get
        {
            lock (gate)
            {
                return timeline.Window();
            }
        }
    }

    /// <summary>The state of the run so far, for a progress line.</summary>
    public LiveFigures Live()
    {
        lock (gate)
        {
            return new LiveFigures(
                outcomes.Sum() + excluded,
                errors.Total + excludedFailed,
                ttft.Live(0.5),
                ttft.Live(0.99),
                e2e.Live(0.5),
                TimeSpan.FromTicks(itl.Quantile(0.99)));
        }
    }

    /// <summary>The summary of everything that was taken.</summary>
    /// <param name="rng">Source of resamples for the intervals.</param>
    public LoadSummary Build(Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        lock (gate)
        {
            var requests = outcomes.Sum();
            return new LoadSummary
            {
                Requests = requests,
                Completed = Count(LoadOutcome.Completed),
                Rejected = Count(LoadOutcome.Rejected),
                Failed = Count(LoadOutcome.Failed),
                Cancelled = Count(LoadOutcome.Cancelled),
                Unfinished = Count(LoadOutcome.Unfinished),
                Excluded = excluded,
                ExcludedFailed = excludedFailed,
                SlowReaders = slowReaders,
                WithoutToken = withoutToken,
                Errors = errors.Counts(),
                ErrorMessages = errors.Messages(),
                Makespan = requests == 0 ? TimeSpan.Zero : lastEnd - timeline.FirstScheduled,
                Served = timeline.Window(),
                OutputTokens = outputTokens,
                PromptTokensAsked = promptTokensAsked,
                PromptTokensCounted = promptTokensCounted,
                CachedTokens = cachedTokens,
                TtftSeconds = ttft.ToSeconds(),
                TpotSeconds = tpot.ToSeconds(),
                ItlSeconds = itl.ToSeconds(),
                E2ESeconds = e2e.ToSeconds(),
                NormalizedSeconds = normalized.ToSeconds(),
                TtftFromSendSeconds = ttftFromSend.ToDistribution(TimeSpan.TicksPerSecond),
                E2EFromSendSeconds = e2eFromSend.ToDistribution(TimeSpan.TicksPerSecond),
                LatenessSeconds = lateness.ToDistribution(TimeSpan.TicksPerSecond),
                Intervals = new LatencyIntervals(
                    ttft.Intervals(rng.Fork("ttft")),
                    tpot.Intervals(rng.Fork("tpot")),
                    DistributionIntervals.Of(gapBlocks, RequestMetric.Tpot, itl, rng.Fork("itl")),
                    e2e.Intervals(rng.Fork("e2e")),
                    normalized.Intervals(rng.Fork("normalized"))),
                Curves = new LatencyCurves(LatencyCurves.Row, ttft.Curve(), tpot.Curve(), LatencyCurves.Of(itl), e2e.Curve()),
                SloAttainment = judged == 0 ? 0 : (double)meetingSlo / judged,
            };
        }
    }

    /// <summary>Frees the temporary files of long runs.</summary>
    public void Dispose()
    {
        foreach (var samples in (ReadOnlySpan<IDisposable>)[ttft, tpot, e2e, normalized, ttftFromSend, e2eFromSend, lateness])
        {
            samples.Dispose();
        }
    }

    private void AddMeasured(in LoadRecord record, ReadOnlySpan<long> gaps)
    {
        outcomes[(int)record.Outcome]++;
        lastEnd = record.End > lastEnd ? record.End : lastEnd;
        lateness.Add(Math.Max(0, record.Lateness.Ticks));
        errors.Add(record.Error, record.Message);
        slowReaders += record.IsSlowReader ? 1 : 0;
        ttft.Arrived(record.MeasuredId);
        tpot.Arrived(record.MeasuredId);
        e2e.Arrived(record.MeasuredId);
        normalized.Arrived(record.MeasuredId);
        gapBlocks.Arrived(record.MeasuredId);
        if (record.Outcome == LoadOutcome.Completed)
        {
            outputTokens += record.OutputTokens;
            withoutToken += record.HasText ? 0 : 1;
            AddCounts(record);
            if (!record.IsSlowReader)
            {
                AddLatencies(record, gaps);
            }
        }
    }

    private void AddCounts(in LoadRecord record)
    {
        if (record.Usage is { PromptTokens: > 0 } usage)
        {
            promptTokensAsked += record.PromptTokens;
            promptTokensCounted += usage.PromptTokens;
            cachedTokens += usage.CachedTokens;
        }
    }

    private void AddLatencies(in LoadRecord record, ReadOnlySpan<long> gaps)
    {
        ttft.Add(record.MeasuredId, record.Ttft);
        tpot.Add(record.MeasuredId, record.Tpot);
        e2e.Add(record.MeasuredId, record.E2E);
        normalized.Add(record.MeasuredId, record.Normalized);
        e2eFromSend.Add(Math.Max(0, record.E2EFromSend.Ticks));
        if (record.TtftFromSend is { } fromSend)
        {
            ttftFromSend.Add(Math.Max(0, fromSend.Ticks));
        }

        foreach (var gap in gaps)
        {
            itl.Add(gap, 1);
            gapBlocks.Add(RequestMetric.Tpot, record.MeasuredId, gap);
        }
    }

    private long Count(LoadOutcome outcome) => outcomes[(int)outcome];
}
