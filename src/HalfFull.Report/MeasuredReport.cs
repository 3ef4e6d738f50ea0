using HalfFull.Load.Documents;
using HalfFull.Metrics;
using HalfFull.Report.Data;

namespace HalfFull.Report;

/// <summary>Makes a report of what <c>bench</c> measured: what a client sees; the inside of a server is said to be absent.</summary>
public static class MeasuredReport
{
    private const double SameRate = 0.05;
    private const int MostWarnings = 4;

    /// <summary>Makes it.</summary>
    /// <param name="documents">The documents, each with the name that it is called by; at least one.</param>
    /// <param name="command">The command line that asks for the report; null when it is that of the document.</param>
    /// <param name="version">The program's version.</param>
    /// <exception cref="FormatException">The documents hold no run.</exception>
    public static ReportData Of(IReadOnlyList<(string Name, BenchDocument Document)> documents, string? command, string version)
    {
        ArgumentNullException.ThrowIfNull(documents);
        var runs = documents.SelectMany(static item => item.Document.Runs).ToArray();
        if (runs.Length == 0)
        {
            throw new FormatException($"{documents[0].Name} holds no run; give documents of runs that measured something.");
        }

        var points = Points(documents);
        var (slos, unary) = (runs.Select(static run => run.Slo).Distinct(StringComparer.Ordinal).ToArray(), runs.All(static run => run.Unary));
        return new ReportData
        {
            Question = Question([.. points.SelectMany(static point => point.Rows.Select(static row => row.Name)).Distinct(StringComparer.Ordinal)], documents[0].Document, points.Count),
            Command = string.Join("\n", documents.Select(static item => item.Document.Command).Concat(command is null ? [] : [command])),
            Version = string.Join(", ", documents.Select(static item => item.Document.Version).Append(version).Distinct(StringComparer.Ordinal)),
            Seeds = [.. runs.Select(static run => run.Seed).Distinct().Order()],
            Traces = [.. documents.Select(static item => item.Document.Trace).Distinct()],
            Setting = [.. Setting(runs)],
            Slo = slos.Length == 1 ? slos[0] : null,
            Points = [.. points.Select(point => Point(point, unary, documents))],
            Absent = Absent(slos, points.Count, documents),
        };
    }

    /// <summary>Runs at one rate make a point; trials of a search at one rate make a row. Rates in order.</summary>
    private static List<MeasuredPoint> Points(IReadOnlyList<(string Name, BenchDocument Document)> documents)
    {
        // The rates of a search may be close to each other; those of two commands that ask for the same may differ a little.
        var near = documents.Any(static item => item.Document.Sweep is not null) ? 1e-9 : SameRate;
        var points = new List<MeasuredPoint>();
        foreach (var (name, document) in documents)
        {
            foreach (var (i, run) in document.Runs.Index())
            {
                var point = points.Find(point => point.Trace with { Requests = 0 } == document.Trace with { Requests = 0 } && IsNear(point.RequestsPerSecond, run.OfferedRequestsPerSecond, near));
                if (point is null)
                {
                    point = new MeasuredPoint(document.Trace, run.OfferedRequestsPerSecond, []);
                    points.Add(point);
                }

                point.Add(RowName(documents.Count > 1 ? name : null, document, run), run, isTrial: document.Sweep is not null, i == 1 && documents.Count == 1 ? document.Ab : null);
            }
        }

        return [.. points.OrderBy(static point => point.RequestsPerSecond)];
    }

    private static string RowName(string? documentName, BenchDocument document, BenchEntry run)
    {
        var own = (run.Policy ?? run.Url) + (run.Concurrency is { } slots ? FormattableString.Invariant($", {slots} in flight") : string.Empty);
        return documentName is null ? own
            : Path.GetFileNameWithoutExtension(documentName) + (document.Ab is null ? string.Empty : $": {own}");
    }

    private static bool IsNear(double? a, double? b, double near) => a == b || Math.Abs((a / b ?? 0) - 1) < near;

    private static PointData Point(MeasuredPoint point, bool unary, IReadOnlyList<(string Name, BenchDocument Document)> documents)
    {
        var rows = new List<RowData>();
        foreach (var row in point.Rows)
        {
            rows.Add(row.Data(rows.FirstOrDefault(), unary));
        }

        int[] ranking = [.. Enumerable.Range(0, rows.Count).OrderBy(i => rows[i].Value is null ? 1 : 0).ThenBy(i => rows[i].Value)];
        return new PointData
        {
            Traffic = $"{point.Trace.Name}: {point.Rows[0].Runs.Sum(static run => run.Requests)} requests measured, {(point.RequestsPerSecond is { } rate ? $"{Text(rate)} requests/s" : "a closed loop")}",
            Answer = MeasuredAnswer.Of(documents, rows, ranking, unary),
            RequestsPerSecond = point.RequestsPerSecond > 0 ? Digits.Five(point.RequestsPerSecond.Value) : null,
            RateScale = Digits.Five(point.Rows[0].Runs[0].RateScale),
            Load = null,
            Metric = new MetricData(unary ? "mean E2E" : "mean TTFT", HigherIsBetter: false, "s"),
            Rows = rows,
            Ranking = ranking,
        };
    }

    private static string Question(string[] names, BenchDocument document, int rates) => (names.Length, document.Sweep) switch
    {
        (1, { } sweep) => $"How many requests of {document.Trace.Name} a second does {names[0]} serve within {sweep.Slo}?",
        (1, _) => $"How does {names[0]} serve {document.Trace.Name}{(rates > 1 ? $" at each of {rates} arrival rates" : string.Empty)}?",
        (2, _) => $"What does {names[1]} gain or lose against {names[0]} on {document.Trace.Name}?",
        _ => $"Which of {names.Length} serves {document.Trace.Name} best?",
    };

    private static IEnumerable<string> Setting(BenchEntry[] runs)
    {
        foreach (var one in runs.Select(static run => $"{run.Url}, {run.Api} API, model {run.Model}{(run.Unary ? ", whole responses" : string.Empty)}, arrivals: {run.Arrivals}").Distinct(StringComparer.Ordinal))
        {
            yield return one;
        }

        if (Array.Exists(runs, static run => run.Interrupted))
        {
            yield return "a run was INTERRUPTED";
        }

        var warnings = runs.SelectMany(static run => run.Warnings).Distinct(StringComparer.Ordinal).ToArray();
        foreach (var warning in warnings.Take(MostWarnings))
        {
            yield return $"WARNING: {warning.TrimEnd('.')}";
        }

        if (warnings.Length > MostWarnings)
        {
            yield return $"{warnings.Length - MostWarnings} more warnings are in the document of --json";
        }
    }

    private static Dictionary<string, string> Absent(string?[] slos, int points, IReadOnlyList<(string Name, BenchDocument Document)> documents)
    {
        const string Inside = "simulate the same traffic with halffull compare --html report.html; a client does not see the inside of a server, and bench does not measure it";
        const string Requests = "halffull bench --records run.csv writes a line for each request; a bench document does not hold them";
        var absent = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["series"] = Inside,
            ["timeline"] = Inside,
            ["classes"] = Requests,
            ["worst"] = Requests,
            ["requests"] = "Single requests. Curves are drawn through at most 33 quantiles of each run, of several trials at one rate through the means; the largest value is exact. Tables use every completed request.",
        };
        if (slos.Length > 1)
        {
            absent.Add("slo", "the runs have different bounds, each its own");
        }
        else if (slos[0] is null)
        {
            absent.Add("goodput", SimulationReport.HowToGetGoodput);
        }

        if (points == 1)
        {
            absent.Add("sweep", "search for the highest rate with halffull bench sweep --html report.html");
        }

        if (documents.Count > 1 || documents[0].Document.Ab is null)
        {
            absent.Add("interval", "compare both in one run with halffull bench --ab URL1 URL2; runs at different times do not have one");
        }
        else if (documents[0].Document.Ab!.Ratios.Values.All(static ratio => ratio.Low is null))
        {
            absent.Add("interval", "play more pairs: a longer --duration or a shorter --block");
        }

        return absent;
    }

    private static string Text(double number) => FormattableString.Invariant($"{Digits.Three(number)}");
}
