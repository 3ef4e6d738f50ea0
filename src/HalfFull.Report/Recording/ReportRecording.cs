using System.Collections.Concurrent;
using HalfFull.Engine;
using HalfFull.Report.Data;
using HalfFull.Simulation.Recording;
using HalfFull.Simulation.Runs;

namespace HalfFull.Report.Recording;

/// <summary>
/// Records the runs of a command for its report. What is drawn in detail (series and a timeline) is kept for a bounded number of runs, and in less detail the
/// more there are, so that the page stays small.
/// </summary>
public sealed class ReportRecording
{
    private const int MostDetailed = 64;
    private const int TimelineRequests = 1_200;
    private const int FewestRequestsOfOne = 24;
    private const int MostRequestsOfOne = 160;

    private readonly HashSet<RunPlan> detailed = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<RunPlan, RunRecorder> recorders = new(ReferenceEqualityComparer.Instance);
    private readonly int requestsOfOne;

    /// <param name="detailed">Runs to draw in detail, those of most interest first; the first of them are.</param>
    public ReportRecording(IEnumerable<RunPlan> detailed)
    {
        ArgumentNullException.ThrowIfNull(detailed);
        this.detailed.UnionWith(detailed.Take(MostDetailed));
        requestsOfOne = Math.Clamp(TimelineRequests / Math.Max(1, this.detailed.Count), FewestRequestsOfOne, MostRequestsOfOne);
    }

    /// <summary>Runs that are drawn in detail.</summary>
    internal int Detailed => detailed.Count;

    /// <summary>Who observes a run.</summary>
    public IRunObserver Observe(RunPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return recorders.GetOrAdd(plan, static (key, details) => new RunRecorder(key, details.Contains(key)), detailed);
    }

    /// <summary>
    /// Runs what is drawn in detail once more and keeps the lives of the requests around the worst slowdown, which only a finished run can name. The second
    /// run is the first one again, to the bit.
    /// </summary>
    public void Replay(int parallelism, CancellationToken cancellation = default)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellation };
        Parallel.ForEach(detailed.Where(recorders.ContainsKey), options, plan =>
        {
            var recorder = recorders[plan];
            var worst = recorder.Worst.FirstOrDefault();
            var timeline = new Timeline(worst?.Replica ?? 0, worst?.Id, requestsOfOne);
            SimulationRun.Replay(plan, timeline, cancellation);
            recorder.Timeline = new TimelineData((long)plan.Seed, timeline.Replica, worst?.Id, [.. timeline.Rows.Select(row => Life(row, recorder))]);
        });
    }

    internal RunRecorder Of(RunPlan plan) => recorders[plan];

    private static LifeData Life(TimelineRow row, RunRecorder recorder)
    {
        var record = row.Record ?? throw new InvalidOperationException($"Request {row.Request.Id} never ended.");
        return new LifeData(
            record.Id,
            record.Tenant,
            record.PromptTokens,
            record.CachedTokens,
            record.OutputTokens,
            record.Preemptions,
            Digits.Seconds(record.Arrival),
            Digits.Seconds(record.FirstToken),
            Digits.Seconds(record.Finish),
            record.Outcome == Metrics.Outcome.Completed ? Digits.Five(recorder.SlowdownOf(record)) : null,
            row.IsJoined,
            [.. row.Spans.SelectMany(static span => (double[])[(int)span.Phase, Digits.Seconds(span.Start), Digits.Seconds(span.End - span.Start), span.Tokens])]);
    }
}
