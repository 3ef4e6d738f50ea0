using System.CommandLine;
using System.Globalization;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Cli.Truth;
using HalfFull.Engine;
using HalfFull.Engine.Calibrating;
using HalfFull.Engine.Hosting;
using HalfFull.Engine.Native;
using HalfFull.Engine.StepTime;
using HalfFull.Simulation.Workloads.Presets;
using HalfFull.Traces;
using Spectre.Console;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull fidelity</c>: the same traffic on a real engine and in the simulator, side by side.</summary>
internal sealed class FidelityCommand
{
    private static readonly string[] DefaultEngines = ["vllm", "larry", "sarathi", "orca", "static"];
    private static readonly double[] Loads = [0.6, 0.85, 1.0];

    private readonly Option<string?> model = TextOption.Any("--model", "FILE", "GGUF file to run");
    private readonly Option<string?> trace = TextOption.Any("--trace", "FILE|PRESET", "Traffic; lengths are divided so that they fit, arrivals are stretched to each load [default: chat]");
    private readonly Option<int> limit = NumberOption.Whole("--limit", 200, 20, 100_000, "Requests of the trace");
    private readonly Option<int> seed = NumberOption.Whole("--seed", 1, 0, int.MaxValue, "Seed of everything that is drawn");
    private readonly Option<string[]> engines = TextOption.Repeated("--engine", "SPEC", Spec, DefaultEngines, "Engine scheduler; repeat it to compare several");
    private readonly Option<string?> stepModel = TextOption.Any("--step-model", "FILE", "Step model to test instead of one that is measured first");
    private readonly Option<string?> perfetto = TextOption.Any("--perfetto", "FILE.json", "Write every step and request of the real runs as a trace for ui.perfetto.dev");
    private readonly RealLimitOptions limitOptions = new();
    private readonly RealModelOptions real = new();

    /// <summary>The command.</summary>
    public static Command Create(IReadOnlyList<string> args, CancellationToken cancellation)
    {
        var fidelity = new FidelityCommand();
        var command = new Command("fidelity", "Run the same traffic on a real engine, timed by processor time, and in the simulator, and show how far they differ.")
        {
            fidelity.model, fidelity.trace, fidelity.limit, fidelity.seed, fidelity.engines, fidelity.stepModel, fidelity.perfetto,
        };
        fidelity.limitOptions.AddTo(command);
        fidelity.real.AddTo(command);
        command.SetAction(parsed => fidelity.Run(parsed, args, cancellation));
        HelpWithExample.Show(command, "fidelity --model tiny.gguf --limit 200 --engine vllm --engine larry");
        return command;
    }

    private static string Spec(string text)
    {
        Simulation.PolicyCatalogs.Engines.Validate(Policies.PolicySpec.Parse(text));
        return text;
    }

    private int Run(ParseResult parsed, IReadOnlyList<string> args, CancellationToken cancellation)
    {
        var path = parsed.GetValue(model) ?? throw new FormatException("fidelity needs --model with a GGUF file; 'halffull model tiny' writes one to try.");
        var options = real.Build(parsed, path, limitOptions.Numbers(parsed));
        if (options.Context.Threads != 1 || real.UsesGpu(parsed))
        {
            throw new FormatException("fidelity times an engine by the processor time of one thread; leave out --threads and --gpu-layers.");
        }

        using var timeline = PerfettoOutput.Open(parsed.GetValue(perfetto));
        var policies = parsed.GetValue(engines)!;
        var observer = timeline?.Begin(args, [.. Loads.SelectMany(load => policies.Select(policy => string.Create(CultureInfo.InvariantCulture, $"{policy} at {load:0%}")))], path);
        var own = parsed.GetValue(stepModel) is { } file ? StepModelFile.Read(file).Create(StepModelCatalog.FindOverhead("none")) : null;
        using var loaded = LlamaModel.Load(path, gpuLayers: 0, options.Library);
        using var runner = new LlamaRunner(loaded, options.Context, StepClock.ThreadCpu());
        var limits = runner.Limits(options.BlockSize, options.KvBlocks, options.MaxModelLength);
        var seedValue = (ulong)parsed.GetValue(seed);
        var calibration = own is null ? StepCalibration.Measure(runner, limits, seedValue, cancellation) : null;
        var check = new TruthCheck(runner, limits, own ?? calibration!.Model, loaded.VocabularySize, seedValue, observer);
        var traffic = TruthTraffic.Of(Rows(parsed), limits);
        var screen = Screen.Output();
        Line(screen, $"{path}: {traffic.Count} requests of {parsed.GetValue(trace) ?? "chat"}, lengths divided by {traffic.Divisor}, {limits.MaxSequences} sequences, {limits.KvCapacityTokens} KV tokens");
        if (calibration is not null)
        {
            Line(screen, $"step model measured first: mean error {calibration.Decode.Mean:0.0%} on decode steps, {calibration.Mixed.Mean:0.0%} on mixed steps");
        }

        foreach (var load in Loads)
        {
            Show(screen, load, check.Compare(traffic, load, policies, cancellation));
        }

        timeline?.Commit();
        return 0;
    }

    private IEnumerable<TraceRow> Rows(ParseResult parsed)
    {
        var name = parsed.GetValue(trace) ?? "chat";
        var rows = PresetCatalog.Find(name) is { } preset ? preset.Rows((ulong)parsed.GetValue(seed))
            : Path.Exists(name) ? TraceFile.Open(name, null).Rows()
            : throw new TraceException($"Trace '{name}' is neither a file nor a preset; presets are {string.Join(", ", PresetCatalog.All.Select(known => known.Name))}.");
        return rows.Take(parsed.GetValue(limit));
    }

    private static void Show(IAnsiConsole screen, double load, TruthResult result)
    {
        screen.WriteLine();
        Line(screen, $"load {load:0%}: error of the simulator (simulated ÷ real − 1)");
        Line(screen, $"  {"engine",-14}{"TTFT p50",12}{"TTFT p99",12}{"TPOT p50",12}{"TPOT p99",12}{"E2E p50",12}{"E2E p99",12}   real E2E p50");
        foreach (var row in result.Rows)
        {
            Line(screen, $"  {row.Engine,-14}{row.Ttft50,12:+0.0%;-0.0%}{row.Ttft99,12:+0.0%;-0.0%}{row.Tpot50,12:+0.0%;-0.0%}{row.Tpot99,12:+0.0%;-0.0%}{row.E2E50,12:+0.0%;-0.0%}{row.E2E99,12:+0.0%;-0.0%}   {row.RealE2E50 * 1000:0.0} ms");
        }

        if (result.Rows.Count > 1)
        {
            Line(screen, $"  Kendall's tau of the ranking by mean TTFT {result.TauTtft:0.00}, by mean E2E {result.TauE2E:0.00}");
        }
    }

    private static void Line(IAnsiConsole screen, FormattableString text) => screen.Profile.Out.Writer.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
