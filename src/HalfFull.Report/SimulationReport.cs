using HalfFull.Metrics;
using HalfFull.Report.Data;
using HalfFull.Report.Recording;
using HalfFull.Simulation.Comparisons;
using HalfFull.Simulation.Recording;
using HalfFull.Simulation.Runs;

namespace HalfFull.Report;

/// <summary>Makes the report of simulated runs from their comparisons and what was recorded.</summary>
public static class SimulationReport
{
    /// <summary>How goodput is had where no bounds were given.</summary>
    internal const string HowToGetGoodput = "add bounds, such as --slo ttft=2s,tpot=100ms";

    /// <summary>How a sweep is had where there is one rate.</summary>
    internal const string HowToGetSweep = "compare several rates, such as halffull compare --load 0.5..1.1 --html report.html";

    private const int SeriesNumbers = 250_000;
    private const int Resamples = 400;
    private const int FewestForInterval = 30;

    /// <summary>Makes it.</summary>
    /// <param name="caption">What the command line knows.</param>
    /// <param name="points">The comparisons, one for each arrival rate; at least one.</param>
    /// <param name="recording">What was recorded while they ran.</param>
    public static ReportData Of(ReportCaption caption, IReadOnlyList<ReportPoint> points, ReportRecording recording)
    {
        ArgumentNullException.ThrowIfNull(caption);
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(recording);
        var first = points[0].Comparison.Rows[0].Runs;
        var workload = first[0].Plan.Traffic.Workload;
        var slo = first[0].Plan.Slo;
        var severalFleets = points[0].Comparison.Rows.Select(row => row.Runs[0].Plan.Fleet).Distinct().Count() > 1;
        return new ReportData
        {
            Question = QuestionText.Of([.. points[0].Comparison.Rows.Select(row => RowName.Of(row.Runs[0].Entry, severalFleets))], workload.Name, points.Count),
            Command = caption.Command,
            Version = caption.Version,
            Seeds = [.. first.Select(run => (long)run.Plan.Seed)],
            Traces = [new TraceIdentity(workload.Name, workload.Sha256, workload.Requests)],
            Setting = caption.Setting,
            Slo = slo == Slo.None ? null : slo.ToString(),
            Points = [.. points.Select(point => Point(point, recording, severalFleets))],
            Absent = Absent(slo, points),
        };
    }

    private static Dictionary<string, string> Absent(Slo slo, IReadOnlyList<ReportPoint> points)
    {
        var absent = new Dictionary<string, string>(StringComparer.Ordinal);
        if (slo == Slo.None)
        {
            absent.Add("goodput", HowToGetGoodput);
        }

        if (points.Count == 1)
        {
            absent.Add("sweep", HowToGetSweep);
        }

        return absent;
    }

    private static PointData Point(ReportPoint point, ReportRecording recording, bool severalFleets)
    {
        var comparison = point.Comparison;
        var rows = comparison.Rows;
        var traffic = rows[0].Runs.Select(run => run.Plan.Traffic).ToArray();
        var metric = comparison.Metric;
        return new PointData
        {
            Traffic = point.Traffic,
            Answer = point.Answer,
            RequestsPerSecond = traffic[0].Workload.RequestsPerSecond > 0 ? Digits.Five(traffic.Average(one => one.Workload.RequestsPerSecond)) : null,
            RateScale = Digits.Five(traffic.Average(one => one.Workload.RateScale)),
            Load = traffic.Average(one => one.Load) is { } load ? Digits.Five(load) : null,
            Metric = new MetricData(metric.Title, metric.HigherIsBetter, metric.IsRate ? "/s" : metric.HigherIsBetter ? "%" : metric.Metric == RequestMetric.Slowdown ? string.Empty : "s"),
            Rows = [.. rows.Select(row => Row(row, rows[0], recording, severalFleets))],
            Ranking = [.. comparison.Ranked.Select(row => rows.Index().First(item => ReferenceEquals(item.Item, row)).Index)],
        };
    }

    private static RowData Row(ComparisonRow row, ComparisonRow baseline, ReportRecording recording, bool severalFleets)
    {
        var recorders = row.Runs.Select(run => recording.Of(run.Plan)).ToArray();
        var entry = row.Runs[0].Entry;
        return new RowData
        {
            Name = RowName.Of(entry, severalFleets),
            Engine = entry.Engine,
            Router = entry.Router,
            Fleet = entry.Fleet,
            Value = row.Value,
            Change = row.Change is { } change ? ChangeData.Of(change) : null,
            Figures = FigureSet.Of([.. row.Runs.Select(run => run.Entry)]),
            DecisionHashes = [.. row.Runs.Select(run => run.Entry.DecisionHash)],
            Refusal = row.Runs.Select(run => run.FirstRefusal).FirstOrDefault(refusal => refusal is not null),
            Curves = new CurveSet(Curve(recorders, one => one.Ttft), Curve(recorders, one => one.Tpot), Curve(recorders, one => one.E2E)),
            Classes = Classes(recorders, ReferenceEquals(row, baseline) ? null : [.. baseline.Runs.Select(run => recording.Of(run.Plan))], baseline.Runs[0].Plan.Seed),
            Worst = [.. recorders.SelectMany(one => one.Worst).OrderByDescending(request => request.Slowdown).ThenBy(request => request.Seed)
                .ThenBy(request => request.Id).Take(RunRecorder.MostWorst)],
            Series = recorders[0].Series is { } series ? Series(series, row.Runs[0].Plan, recording.Detailed) : null,
            Timeline = recorders[0].Timeline,
        };
    }

    private static CurveData Curve(RunRecorder[] recorders, Func<RunRecorder, LogHistogram> of)
    {
        var all = new LogHistogram();
        foreach (var recorder in recorders)
        {
            all.Merge(of(recorder));
        }

        return CurveData.Of(all);
    }

    private static List<ClassData> Classes(RunRecorder[] runs, RunRecorder[]? baseline, ulong seed)
    {
        // Both are of the same traces, so their classes are the same and come in the same order.
        var against = baseline is null ? null : RunClasses.Of(baseline).Select(item => Blocks(item.Seeds)).ToArray();
        var classes = new List<ClassData>();
        foreach (var (i, (kind, name, samples)) in RunClasses.Of(runs).Index())
        {
            var blocks = Blocks(samples);
            var completed = samples.Sum(one => one.Completed);
            classes.Add(new ClassData(
                kind,
                name,
                samples.Sum(one => one.Requests),
                completed,
                Mean(one => one.Ttft),
                Mean(one => one.E2E),
                Mean(one => one.Slowdown),
                Change(RequestMetric.Ttft),
                Change(RequestMetric.E2E),
                Change(RequestMetric.Slowdown)));

            double Mean(Func<ClassSamples, double> of) => completed == 0 ? 0 : Digits.Five(samples.Sum(one => of(one) * one.Completed) / completed);

            ChangeData? Change(RequestMetric metric)
            {
                var change = against is null ? null : ChangeData.Of(Bootstrap.Compare(against[i], blocks, metric, Statistic.Mean, new Rng(seed).Fork("classes"), Resamples));
                return completed < FewestForInterval && change is not null ? change with { Low = null, High = null } : change;
            }
        }

        return classes;

        static BlockedSamples[] Blocks(ClassSamples[] seeds) => [.. seeds.Select(seed => seed.Blocks)];
    }

    /// <summary>The series, joined to fewer buckets when many are drawn: means of means, and the longest queue of all.</summary>
    private static SeriesData Series(FleetSeries series, RunPlan plan, int drawn)
    {
        const int NumbersOfBucket = 4;
        var join = 1;
        while (series.Buckets / join > NumbersOfBucket && (long)series.Buckets / join * series.Replicas * NumbersOfBucket * drawn > SeriesNumbers)
        {
            join *= 2;
        }

        return new SeriesData(
            series.BucketWidth.TotalSeconds * join,
            plan.Fleet.Replicas.Count,
            [.. Enumerable.Range(0, series.Replicas).Select(i => new ReplicaSeriesData(
                Join(series.KvUsage(i, plan.Fleet.Replicas[i].Limits.KvCapacityTokens)),
                Join(series.Waiting(i)),
                [.. series.MostWaiting(i).Chunk(join).Select(chunk => chunk.Max())],
                Join(series.Running(i))))]);

        IReadOnlyList<double> Join(IReadOnlyList<double> means) => [.. means.Chunk(join).Select(chunk => Digits.Three(chunk.Sum() / join))];
    }
}
