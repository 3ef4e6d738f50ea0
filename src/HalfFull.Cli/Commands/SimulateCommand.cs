using System.CommandLine;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Metrics;
using HalfFull.Report.Recording;
using HalfFull.Simulation.Comparisons;
using HalfFull.Simulation.Recording;
using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull simulate</c>: one policy at each level, one fleet, one seed.</summary>
internal sealed class SimulateCommand
{
    private readonly CommonOptions options = new(comparing: false);

    private readonly Option<string?> records = TextOption.Any("--records", "FILE.csv", "Write one line for each request, in the order of finishing");

    private readonly Option<string?> perfetto = TextOption.Any("--perfetto", "FILE.json", "Write every step and request as a trace for ui.perfetto.dev");

    /// <summary>The command.</summary>
    public static Command Create(IReadOnlyList<string> args, CancellationToken cancellation)
    {
        var simulate = new SimulateCommand();
        var command = new Command("simulate", "Play a trace against a simulated fleet and show what its users would have seen.");
        simulate.options.AddTo(command);
        command.Options.Add(simulate.records);
        command.Options.Add(simulate.perfetto);
        command.SetAction(parsed => simulate.Run(parsed, args, cancellation));
        HelpWithExample.Show(
            command,
            "simulate --trace chat --load 0.9 --replicas 4 --gpu a100 --model llama-3-8b --engine larry --router sal",
            "simulate --trace log.csv --columns arrival=ts,prompt=in_tok,output=out_tok --replicas a100:2,h100:1 --json run.json --html report.html",
            "simulate --trace code --load 0.8 --replicas prefill:a100:2,decode:a100:4 --router sal --decode-router least-requests --kv-bandwidth 50GB/s",
            "simulate --gpu list");
        return command;
    }

    private void Run(ParseResult parsed, IReadOnlyList<string> args, CancellationToken cancellation)
    {
        var screen = Screen.Output();
        if (options.Fleet.AsksForList(parsed))
        {
            var (gpu, model) = options.Fleet.ListFilter(parsed);
            StepModelTable.Write(screen, gpu, model);
            return;
        }

        var fleet = options.Fleet.Build(parsed)[0];
        var seed = options.SeedsOf(parsed)[0];
        OutputPaths.Check(("--json", options.JsonPath(parsed)), ("--records", parsed.GetValue(records)), ("--html", options.HtmlPath(parsed)), ("--perfetto", parsed.GetValue(perfetto)));
        using var json = JsonOutput.Open(options.JsonPath(parsed));
        using var html = HtmlOutput.Open(options.HtmlPath(parsed));
        using var trace = PerfettoOutput.Open(parsed.GetValue(perfetto));
        using var csv = parsed.GetValue(records) is { } path
            ? new RecordsCsv(path, withHandovers: fleet.Spec.IsSplit, withMigrations: options.MigrateOf(parsed) is not null)
            : null;
        var settings = new RunSettings(options, parsed, cancellation);
        var plan = settings.Plan(parsed.GetRequiredValue(options.Engines)[0], parsed.GetRequiredValue(options.Routers)[0], fleet, settings.Open(fleet, seed), seed);
        using var progress = new ProgressLine(plan.Traffic.Workload.Requests);
        SimulationRun.WarmUp(plan, cancellation);
        var recording = html is null ? null : new ReportRecording([plan]);
        var observer = ObserverPair.Of(recording?.Observe(plan), trace?.Begin(args, plan));
        var result = SimulationRun.Execute(plan, csv is null ? progress : new SinkPair(progress, csv), observer, cancellation);
        recording?.Replay(parallelism: 1, cancellation);
        progress.Clear();
        csv?.Commit();
        trace?.Commit();
        json?.Commit(args, [result]);
        html?.Commit(args, [Comparison.Of(result, RankMetric.Parse("ttft"))], recording!);
        RunReport.Write(screen, result);
    }
}
