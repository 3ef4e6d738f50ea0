using HalfFull.Metrics;
using HalfFull.Report.Data;

namespace HalfFull.Report;

/// <summary>Makes a report from documents that were written earlier: figures only, and it says how to get the rest.</summary>
public static class DocumentReport
{
    private const double SameRate = 0.05;

    /// <summary>Makes it.</summary>
    /// <param name="documents">The documents, each with the name that it is called by; at least one.</param>
    /// <param name="command">The command line that asks for the report.</param>
    /// <param name="version">The program's version.</param>
    /// <exception cref="FormatException">The documents hold no run.</exception>
    public static ReportData Of(IReadOnlyList<(string Name, RunDocument Document)> documents, string command, string version)
    {
        ArgumentNullException.ThrowIfNull(documents);
        var runs = documents.SelectMany(static item => item.Document.Runs.Select(run => (item.Document.Trace, Run: run))).ToArray();
        if (runs.Length == 0)
        {
            throw new FormatException($"{documents[0].Name} holds no run; give documents that simulate or compare wrote with --json.");
        }

        var points = Points(runs);
        var severalFleets = runs.Select(static item => item.Run.Fleet).Distinct(StringComparer.Ordinal).Count() > 1;
        var first = runs[0].Run;
        return new ReportData
        {
            Question = QuestionText.Of([.. points[0].Select(row => RowName.Of(row[0], severalFleets))], documents[0].Document.Trace.Name, points.Count),
            Command = string.Join("\n", documents.Select(static item => item.Document.Command).Append(command)),
            Version = string.Join(", ", documents.Select(static item => item.Document.Version).Append(version).Distinct(StringComparer.Ordinal)),
            Seeds = [.. runs.Select(static item => item.Run.Seed).Distinct().Order()],
            Traces = [.. documents.Select(static item => item.Document.Trace).Distinct()],
            Setting =
            [
                $"fleet {string.Join(" | ", runs.Select(static item => item.Run.Fleet).Distinct(StringComparer.Ordinal))}, {first.Model}, tp {first.Tp} (simulated)",
                $"{first.StepModel} step times, overhead {first.Overhead ?? "included"}, {string.Join(" and ", first.KvBlocks)} KV blocks of {first.BlockSize} tokens",
            ],
            Slo = null,
            Points = [.. points.Select(point => Point(point, documents[0].Document.Trace, severalFleets))],
            Absent = Absent(points.Count),
        };
    }

    /// <summary>Runs of one traffic make a point; within it, those that differ in the seed only make a row.</summary>
    private static List<List<List<RunEntry>>> Points((TraceIdentity Trace, RunEntry Run)[] runs)
    {
        var points = new List<(TraceIdentity Trace, List<List<RunEntry>> Rows)>();
        foreach (var (trace, run) in runs)
        {
            var point = points.Find(point => point.Trace == trace && point.Rows.Exists(row => row.Exists(other => other.Seed == run.Seed && other.RateScale == run.RateScale))
                && !point.Rows.Exists(row => IsSameRow(row[0], run) && row.Exists(other => other.Seed == run.Seed)));
            point = point.Rows is null ? points.Find(point => point.Trace == trace && point.Rows.Exists(row => IsNear(row[0], run))
                && !point.Rows.Exists(row => row.Exists(other => other.Seed == run.Seed))) : point;
            if (point.Rows is null)
            {
                point = (trace, []);
                points.Add(point);
            }

            var same = point.Rows.Find(row => IsSameRow(row[0], run));
            if (same is null)
            {
                point.Rows.Add([run]);
            }
            else
            {
                same.Add(run);
            }
        }

        return [.. points.Select(static point => point.Rows)];
    }

    private static bool IsSameRow(RunEntry a, RunEntry b) => (a.Engine, a.Router, a.Fleet, a.Model).Equals((b.Engine, b.Router, b.Fleet, b.Model));

    private static bool IsNear(RunEntry a, RunEntry b) => Math.Abs((a.RateScale / b.RateScale) - 1) < SameRate;

    private static PointData Point(List<List<RunEntry>> rows, TraceIdentity trace, bool severalFleets)
    {
        var data = rows.Select((row, i) => Row(row, i == 0 ? null : rows[0], severalFleets)).ToArray();
        int[] ranking = [.. Enumerable.Range(0, data.Length).OrderBy(i => data[i].Value is null ? 1 : 0).ThenBy(i => data[i].Value)];
        var (best, first) = (data[ranking[0]], data[0]);
        var load = rows[0].Average(static run => run.Load);
        return new PointData
        {
            Traffic = $"{trace.Name}: {rows[0][0].Requests} requests, {Digits.Three(rows[0].Average(static run => run.RateScale))} times the trace's rate{(load is null ? string.Empty : $", load {Digits.Three(load.Value)}")}",
            Answer = Answer(best, first, data.Length),
            RequestsPerSecond = load is null ? null : rows[0].Average(static run => run.Load * run.CapacityRequestsPerSecond),
            RateScale = rows[0].Average(static run => run.RateScale),
            Load = load,
            Metric = new MetricData("mean TTFT", HigherIsBetter: false, "s"),
            Rows = data,
            Ranking = ranking,
        };
    }

    private static string Answer(RowData best, RowData first, int rows) =>
        best.Value is null ? "No request completed, so there is no latency to compare."
        : rows == 1 ? $"{best.Name}: mean TTFT {Seconds(best.Value)}; one combination has nothing to compare with."
        : ReferenceEquals(best, first) || first.Value is null ? $"{best.Name} has the least mean TTFT, {Seconds(best.Value)}."
        : FormattableString.Invariant($"{best.Name}: mean TTFT {Seconds(best.Value)}, {100 * (1 - (best.Value.Value / first.Value.Value)):0.0}% less than {first.Name} ({Seconds(first.Value)}); the documents hold no interval.");

    private static string Seconds(double? seconds) => FormattableString.Invariant($"{Digits.Three(seconds ?? 0)} s");

    private static RowData Row(List<RunEntry> runs, List<RunEntry>? baseline, bool severalFleets)
    {
        var figures = FigureSet.Of(runs);
        double? value = figures.Completed > 0 ? figures.TtftSeconds.Mean : null;
        var first = baseline?.Average(static run => run.TtftSeconds.Mean);
        return new RowData
        {
            Name = RowName.Of(runs[0], severalFleets),
            Engine = runs[0].Engine,
            Router = runs[0].Router,
            Fleet = runs[0].Fleet,
            Value = value,
            Change = value is not null && first > 0 ? new ChangeData(Digits.Five(value.Value / first.Value), null, null) : null,
            Figures = figures,
            DecisionHashes = [.. runs.Select(static run => run.DecisionHash)],
        };
    }

    private static Dictionary<string, string> Absent(int points)
    {
        const string Recorded = "a JSON document does not hold it; run the command of the document again with --html report.html";
        var absent = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["interval"] = Recorded,
            ["curves"] = $"only p50, p90, p99 and the largest are drawn: {Recorded}",
            ["series"] = Recorded,
            ["timeline"] = Recorded,
            ["classes"] = Recorded,
            ["worst"] = Recorded,
            ["slo"] = "a JSON document does not hold the bounds, only how many requests met them; without bounds all completed ones do",
        };
        if (points == 1)
        {
            absent.Add("sweep", SimulationReport.HowToGetSweep);
        }

        return absent;
    }
}
