using System.Globalization;
using HalfFull.Simulation.Fleets;

namespace HalfFull.Benchmarks.LarryStudies;

/// <summary>
/// LARRY against others on production traces, as the page on LARRY tabulates it: geometric means, over scenarios and seeds, of ratios to the first engine. Everything is simulated, so that the
/// tables are the same wherever they are made.
/// </summary>
internal static class LarryStudy
{
    private const int Seeds = 3;
    private const string Conv = "azure-2023-conv.csv.gz";
    private const string Code = "azure-2023-code.csv.gz";
    private const string Mooncake = "mooncake-conversation.jsonl.gz";
    private const string Mid = "servegen-m-mid.csv.gz";
    private const string Reasoning = "servegen-reasoning.csv.gz";

    private static readonly FleetOptions Llama3 = new();
    private static readonly FleetOptions Llama2 = new() { Model = "llama-2-7b", KvBlocks = 6_250, MaxModelLength = 32_768 };
    private static readonly FleetOptions Large = new() { Model = "llama-3-70b", Tp = 4 };

    private static readonly Dictionary<string, Study> Studies = new(StringComparer.Ordinal)
    {
        ["traces"] = new(
            () => Traces(closedLoop: false),
            [
                "vllm:full-gate=false", "vllm", "sarathi", "sarathi:chunk=2048", "sglang", "lightllm", "larry", "larry:order=fcfs", "larry:order=shortest",
                "larry:order=promised", "larry:order=promised,slack-own=10",
            ]),
        ["closed-loop"] = new(
            () => Traces(closedLoop: true),
            ["vllm:full-gate=false", "vllm", "sarathi:chunk=2048", "larry", "larry:order=fcfs", "larry:order=hrrn", "larry:order=shortest", "larry:order=promised"]),
        ["page"] = new(
            Page,
            [
                "vllm:full-gate=false", "vllm-v0", "sarathi:chunk=2048", "sglang", "past-future", "sjf-prompt", "larry", "larry:target=2s", "larry:order=shortest", "larry:order=promised",
            ]),
        ["memory"] = new(Memory, ["larry", "larry:z=0", "larry:z=2", "larry:z=3", "larry:gate=full-prompt"]),
    };

    /// <summary>Prints the tables of a study in Markdown.</summary>
    /// <param name="args">The study, then engine specs; without them the usual ones.</param>
    /// <param name="output">Where to print.</param>
    internal static int Run(string[] args, TextWriter output)
    {
        var name = args.Length == 0 ? "traces" : args[0];
        if (!Studies.TryGetValue(name, out var study))
        {
            output.WriteLine($"'{name}' is no study of LARRY; give {string.Join(" or ", Studies.Keys)}.");
            return 2;
        }

        var scenarios = study.Scenarios().ToArray();
        if (!Array.TrueForAll(scenarios, static scenario => scenario.TryOpen()))
        {
            output.WriteLine("Not all traces were found; set HALFFULL_SHARED to the folder that holds traces/.");
            return 1;
        }

        var engines = args.Length > 1 ? args[1..] : study.Engines;
        output.WriteLine($"Command: dotnet run -c Release --project bench/HalfFull.Benchmarks -- larry {string.Join(' ', args.Length == 0 ? [name] : args)}");
        output.WriteLine($"{scenarios.Length} scenarios, {Seeds} seeds, relative to {engines[0]}; geometric means, below 1 is better.");
        output.WriteLine();
        Print(output, engines, scenarios, Play(engines, scenarios));
        return 0;
    }

    private static IEnumerable<LarryScenario> Traces(bool closedLoop)
    {
        double[] loads = [0.9, 1.1];
        string[] traces = [Conv, Code, Mooncake, Mid, Reasoning];
        return traces.SelectMany(trace => loads.Select(load => Scenario(trace, "8B", Llama3, load, closedLoop)));
    }

    /// <summary>The three traces, three models and first-come-first-served capacity of the page; the page does not name its loads.</summary>
    private static IEnumerable<LarryScenario> Page()
    {
        string[] traces = [Conv, Code, Mooncake];
        (string Name, FleetOptions Options)[] models = [("8B", Llama3), ("7B", Llama2), ("70B", Large)];
        double[] loads = [0.6, 0.8, 1.0];
        return
            from trace in traces
            from model in models
            from load in loads
            select Scenario(trace, model.Name, model.Options, load, closedLoop: true);
    }

    /// <summary>Replicas whose memory is short for their traffic.</summary>
    private static IEnumerable<LarryScenario> Memory()
    {
        var small = Llama3 with { KvBlocks = 6_000 };
        (string Trace, string Model, FleetOptions Options)[] replicas =
        [
            ("chat", "8B in 96k", small), (Conv, "8B in 96k", small), (Mid, "8B in 96k", small), (Reasoning, "8B in 96k", small), (Conv, "7B", Llama2), (Reasoning, "7B", Llama2), (Reasoning, "8B", Llama3),
        ];
        double[] loads = [0.9, 1.0];
        return replicas.SelectMany(replica => loads.Select(load => Scenario(replica.Trace, replica.Model, replica.Options, load, closedLoop: false)));
    }

    private static LarryScenario Scenario(string trace, string model, FleetOptions options, double load, bool closedLoop) => new(
        string.Create(CultureInfo.InvariantCulture, $"{trace.Split('.')[0]}, {model}, {load}"), trace, options, load, closedLoop);

    private static RunFigures[][][] Play(string[] engines, LarryScenario[] scenarios)
    {
        var figures = new RunFigures[engines.Length][][];
        for (var e = 0; e < engines.Length; e++)
        {
            figures[e] = new RunFigures[scenarios.Length][];
            for (var s = 0; s < scenarios.Length; s++)
            {
                figures[e][s] = [.. Enumerable.Range(1, Seeds).Select(seed => scenarios[s].Run(engines[e], seed))];
                Console.Error.Write('.');
            }
        }

        Console.Error.WriteLine();
        return figures;
    }

    private static void Print(TextWriter output, string[] engines, LarryScenario[] scenarios, RunFigures[][][] figures)
    {
        output.WriteLine("| engine | TTFT mean | p50 | p99 | worst p99 | max | worst max | 5% longest prompts | E2E/token mean | p99 | TPOT | p99 slowdown | max slowdown | preemptions/100 |");
        output.WriteLine("|---|" + string.Concat(Enumerable.Repeat("-:|", 13)));
        for (var e = 0; e < engines.Length; e++)
        {
            var these = figures[e];
            var first = figures[0];
            double Mean(Func<RunFigures, double> figure) => GeometricMean(Ratios(these, first, figure));
            double Worst(Func<RunFigures, double> figure) => these.Zip(first, (mine, other) => GeometricMean(Ratios([mine], [other], figure))).Max();
            double[] cells =
            [
                Mean(static run => run.TtftMean), Mean(static run => run.TtftP50), Mean(static run => run.TtftP99), Worst(static run => run.TtftP99),
                Mean(static run => run.TtftMax), Worst(static run => run.TtftMax), Mean(static run => run.LongTtftMean), Mean(static run => run.PerTokenMean),
                Mean(static run => run.PerTokenP99), Mean(static run => run.TpotMean), Mean(static run => run.SlowdownP99), Mean(static run => run.SlowdownMax),
                these.SelectMany(static runs => runs).Average(static run => run.PreemptionsPer100),
            ];
            output.WriteLine($"| `{engines[e]}` | {string.Join(" | ", cells.Select(Cell))} |");
        }

        PrintScenarios(output, "Mean TTFT", engines, scenarios, figures, static run => run.TtftMean);
        PrintScenarios(output, "p99 TTFT", engines, scenarios, figures, static run => run.TtftP99);
        PrintScenarios(output, "Max TTFT", engines, scenarios, figures, static run => run.TtftMax);
        PrintScenarios(output, "Max slowdown", engines, scenarios, figures, static run => run.SlowdownMax);
        PrintPreemptions(output, engines, scenarios, figures);
    }

    /// <summary>As they are, for many are 0.</summary>
    private static void PrintPreemptions(TextWriter output, string[] engines, LarryScenario[] scenarios, RunFigures[][][] figures)
    {
        output.WriteLine();
        output.WriteLine($"| Preemptions/100 by scenario | {string.Join(" | ", engines.Select(static engine => $"`{engine}`"))} |");
        output.WriteLine("|---|" + string.Concat(Enumerable.Repeat("-:|", engines.Length)));
        for (var s = 0; s < scenarios.Length; s++)
        {
            output.WriteLine($"| {scenarios[s].Name} | {string.Join(" | ", figures.Select(runs => Cell(runs[s].Average(static run => run.PreemptionsPer100))))} |");
        }
    }

    private static void PrintScenarios(
        TextWriter output, string title, string[] engines, LarryScenario[] scenarios, RunFigures[][][] figures, Func<RunFigures, double> figure)
    {
        output.WriteLine();
        output.WriteLine($"| {title} by scenario | {engines[0]} | {string.Join(" | ", engines.Skip(1).Select(static engine => $"`{engine}`"))} |");
        output.WriteLine("|---|" + string.Concat(Enumerable.Repeat("-:|", engines.Length)));
        for (var s = 0; s < scenarios.Length; s++)
        {
            var row = Enumerable.Range(1, engines.Length - 1).Select(e => Cell(GeometricMean(Ratios([figures[e][s]], [figures[0][s]], figure))));
            var absolute = GeometricMean(figures[0][s].Select(figure));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {scenarios[s].Name} | {absolute:G3} | {string.Join(" | ", row)} |"));
        }
    }

    private static IEnumerable<double> Ratios(RunFigures[][] these, RunFigures[][] first, Func<RunFigures, double> figure) =>
        these.Zip(first, (mine, others) => mine.Zip(others, (run, other) => figure(run) / figure(other))).SelectMany(static ratios => ratios);

    private static double GeometricMean(IEnumerable<double> values) => Math.Exp(values.Average(static value => Math.Log(value)));

    private static string Cell(double value) => value.ToString(value >= 99.5 ? "0" : value >= 9.95 ? "0.0" : "0.00", CultureInfo.InvariantCulture);

    /// <summary>What to play, and with whom unless told otherwise.</summary>
    private sealed record Study(Func<IEnumerable<LarryScenario>> Scenarios, string[] Engines);
}
