using System.Globalization;
using HalfFull.Simulation;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Benchmarks;

/// <summary>How fast the simulator is: requests and output tokens per second of the loop alone, for four production traces and three pairs of policies.</summary>
internal static class ThroughputTable
{
    private const int Runs = 5;

    private static readonly Scenario[] Scenarios =
    [
        new("azure-2023-conv.csv.gz", RateScale: 4, Replicas: 4),
        new("azure-2023-code.csv.gz", RateScale: 1, Replicas: 4),
        new("mooncake-conversation.jsonl.gz", RateScale: 1, Replicas: 8),
        new("servegen-reasoning.csv.gz", RateScale: 1, Replicas: 4),
    ];

    private static readonly (string Engine, string Router)[] Policies = [("vllm", "round-robin"), ("sarathi", "least-requests"), ("larry", "sal")];

    /// <summary>Prints the table in Markdown.</summary>
    /// <param name="args">Nothing, or the most requests of each trace to play, for a trial.</param>
    /// <param name="output">Where to print.</param>
    internal static int Run(string[] args, TextWriter output)
    {
        if (!TryReadLimit(args, out var limit))
        {
            output.WriteLine($"'{string.Join(' ', args)}' is not a number of requests; give one that is at least 1, or nothing.");
            return 2;
        }

        var rows = Rows(limit);
        if (rows.Count == 0)
        {
            output.WriteLine("No trace was found; set HALFFULL_SHARED to the folder that holds traces/.");
            return 1;
        }

        output.WriteLine($"{Machine.Describe()}; one thread; median of {Runs} runs after one of each row to warm up; the loop alone.");
        output.WriteLine($"Command: dotnet run -c Release --project bench/HalfFull.Benchmarks -- throughput{(limit is null ? "" : $" {limit}")}");
        output.WriteLine();
        output.WriteLine("| trace | replicas | engine | router | requests | requests/s | output tokens/s | spread |");
        output.WriteLine("|---|--:|---|---|--:|--:|--:|--:|");
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

    private static List<Row> Rows(int? limit)
    {
        var rows = new List<Row>();
        foreach (var scenario in Scenarios)
        {
            if (SharedTraces.Find(scenario.File) is { } path)
            {
                // Read once and kept, so that the loop is timed and not the reader.
                Job[] jobs = [.. WorkloadCatalog.Open(path, new WorkloadOptions { RateScale = scenario.RateScale, Limit = limit }).Jobs()];
                rows.AddRange(Policies.Select(policy => new Row(scenario, jobs, policy.Engine, policy.Router)));
            }
        }

        return rows;
    }

    private static (double Seconds, Fleets.Counter Counter) Play(Row row)
    {
        var counter = new Fleets.Counter();
        var result = Simulator.Run(Fleets.Setup(row.Scenario.Replicas, row.Engine, row.Router), row.Jobs, counter);
        return (result.Wall.TotalSeconds, counter);
    }

    private static string Measure(Row row)
    {
        var runs = Enumerable.Range(0, Runs).Select(_ => Play(row)).OrderBy(run => run.Seconds).ToArray();
        var (median, counter) = runs[Runs / 2];
        var spread = (runs[^1].Seconds - runs[0].Seconds) / median;
        var scenario = row.Scenario;
        var name = scenario.RateScale == 1 ? scenario.File : $"{scenario.File} × {scenario.RateScale}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {scenario.Replicas} | {row.Engine} | {row.Router} | {counter.Requests:N0} | {counter.Requests / median:N0} | {counter.OutputTokens / median:N0} | {100 * spread:N0}% |");
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
    private sealed record Scenario(string File, int RateScale, int Replicas);

    private sealed record Row(Scenario Scenario, Job[] Jobs, string Engine, string Router);
}
