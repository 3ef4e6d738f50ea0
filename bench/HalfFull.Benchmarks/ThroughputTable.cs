using System.Globalization;
using HalfFull.Policies;
using HalfFull.Prediction;
using HalfFull.Simulation;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Benchmarks;

/// <summary>
/// How fast the simulator is: requests and output tokens per second of the loop alone, for production traces and three pairs of policies; or for every engine policy on one trace.
/// </summary>
internal static class ThroughputTable
{
    private const int Runs = 5;
    private const string Engines = "engines";

    private static readonly Scenario[] Scenarios =
    [
        new("azure-2023-conv.csv.gz", RateScale: 4, Replicas: 4),
        new("azure-2023-code.csv.gz", RateScale: 1, Replicas: 4),
        new("mooncake-conversation.jsonl.gz", RateScale: 1, Replicas: 8),
        new("servegen-reasoning.csv.gz", RateScale: 1, Replicas: 4),
        new("mooncake-conversation.jsonl.gz", RateScale: 1, Replicas: 16, PrefixSource.Index),
    ];

    private static readonly (string Engine, string Router)[] Policies = [("vllm", "round-robin"), ("sarathi", "least-requests"), ("larry", "sal")];

    /// <summary>Prints the table in Markdown.</summary>
    /// <param name="args">"engines" for the table of engine policies, and the most requests of each trace to play, for a trial; both may be left out.</param>
    /// <param name="output">Where to print.</param>
    internal static int Run(string[] args, TextWriter output)
    {
        var isOfEngines = args is [Engines, ..];
        if (!TryReadLimit(isOfEngines ? args[1..] : args, out var limit))
        {
            output.WriteLine($"'{string.Join(' ', args)}' is not a number of requests; give one that is at least 1, or nothing.");
            return 2;
        }

        var rows = isOfEngines ? EngineRows(limit) : Rows(limit);
        if (rows.Count == 0)
        {
            output.WriteLine("No trace was found; set HALFFULL_SHARED to the folder that holds traces/.");
            return 1;
        }

        output.WriteLine($"{Machine.Describe()}; one thread; median of {Runs} runs after one of each row to warm up; the loop alone.");
        output.WriteLine($"Command: dotnet run -c Release --project bench/HalfFull.Benchmarks -- throughput{(args.Length == 0 ? "" : $" {string.Join(' ', args)}")}");
        output.WriteLine();
        output.WriteLine("| trace | replicas | engine | router | requests | requests/s | output tokens/s | spread | requests/CPU s |");
        output.WriteLine("|---|--:|---|---|--:|--:|--:|--:|--:|");
        foreach (var row in rows)
        {
            Play(row);
        }

        foreach (var row in rows)
        {
            output.WriteLine(Measure(row));
        }

        return 0;
    }

    private static List<Row> Rows(int? limit) =>
        [.. Scenarios.SelectMany(scenario => Rows(scenario, limit, Policies))];

    /// <summary>Every engine policy on the first trace, told the true output lengths where it asks for them.</summary>
    private static List<Row> EngineRows(int? limit) =>
        Rows(Scenarios[0], limit, PolicyCatalogs.Engines.Entries.Select(static entry => (entry.Name, "sal")));

    private static List<Row> Rows(Scenario scenario, int? limit, IEnumerable<(string Engine, string Router)> policies)
    {
        if (SharedTraces.Find(scenario.File) is not { } path)
        {
            return [];
        }

        // Read once and kept, so that the loop is timed and not the reader.
        Job[] jobs = [.. WorkloadCatalog.Open(path, new WorkloadOptions { RateScale = scenario.RateScale, Limit = limit }).Jobs()];
        return [.. policies.Select(policy => new Row(scenario, jobs, policy.Engine, policy.Router))];
    }

    private static (double Seconds, double CpuSeconds, Fleets.Counter Counter) Play(Row row)
    {
        var counter = new Fleets.Counter();
        var setup = Fleets.Setup(row.Scenario.Replicas, row.Engine, row.Router) with { PrefixHits = row.Scenario.PrefixHits };
        setup = Fleets.NeedsPrediction(row.Engine) ? setup with { Predictor = PredictorSpec.Oracle } : setup;
        var before = Environment.CpuUsage.TotalTime;
        var result = Simulator.Run(setup, row.Jobs, counter);
        return (result.Wall.TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds, counter);
    }

    private static string Measure(Row row)
    {
        var runs = Enumerable.Range(0, Runs).Select(_ => Play(row)).OrderBy(run => run.Seconds).ToArray();
        var (median, _, counter) = runs[Runs / 2];
        var cpu = runs.Select(static run => run.CpuSeconds).Order().ElementAt(Runs / 2);
        var spread = (runs[^1].Seconds - runs[0].Seconds) / median;
        var scenario = row.Scenario;
        var name = scenario.RateScale == 1 ? scenario.File : $"{scenario.File} × {scenario.RateScale}";
        name += scenario.PrefixHits == PrefixSource.Index ? ", prefix index" : string.Empty;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {scenario.Replicas} | {row.Engine} | {row.Router} | {counter.Requests:N0} | {counter.Requests / median:N0} | {counter.OutputTokens / median:N0} | {100 * spread:N0}% | {counter.Requests / cpu:N0} |");
    }

    private static bool TryReadLimit(string[] args, out int? limit)
    {
        limit = null;
        if (args.Length == 0)
        {
            return true;
        }

        var read = int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0 && args.Length == 1;
        limit = given;
        return read;
    }

    /// <summary>A trace and the fleet that plays it.</summary>
    private sealed record Scenario(string File, int RateScale, int Replicas, PrefixSource PrefixHits = PrefixSource.Exact);

    private sealed record Row(Scenario Scenario, Job[] Jobs, string Engine, string Router);
}
