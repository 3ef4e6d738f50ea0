using System.CommandLine;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Load;
using HalfFull.Load.Documents;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Records;
using HalfFull.Load.Runs;
using HalfFull.Metrics;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull bench</c>: sends traffic to a server and measures what its users would see.</summary>
internal sealed class BenchCommand
{
    private readonly EndpointOptions endpoint = new();
    private readonly LoadOptions load = new();
    private readonly Option<string?> json = TextOption.Any("--json", "FILE", "Write all figures as JSON, schema halffull.bench/1");
    private readonly Option<string?> records = TextOption.Any("--records", "FILE.csv", "Write one line for each request, in the order of ending");

    /// <summary>The command.</summary>
    public static Command Create(IReadOnlyList<string> args, CancellationToken cancellation)
    {
        var bench = new BenchCommand();
        var command = new Command("bench", "Send traffic to an OpenAI-compatible server and measure what its users would see.");
        bench.endpoint.AddTo(command);
        bench.load.AddTo(command);
        command.Options.Add(bench.json);
        command.Options.Add(bench.records);
        NotLandedOptions.AddHtmlTo(command);
        command.SetAction(parsed => bench.Run(parsed, args, cancellation));
        HelpWithExample.Show(
            command,
            "bench --url http://localhost:8000 --rate 4 --arrivals poisson --duration 2min --warmup 20s --slo ttft=2s,tpot=100ms",
            "bench --url http://localhost:8000 --trace conversations.jsonl --rate-scale 0.5 --json run.json --records run.csv",
            "bench --url http://localhost:8000 --concurrency 32 --prompt-tokens constant:tokens=512 --output-tokens constant:tokens=128");
        return command;
    }

    private int Run(ParseResult parsed, IReadOnlyList<string> args, CancellationToken cancellation)
    {
        var plan = load.Plan(parsed);
        using var document = parsed.GetValue(json) is { } jsonPath ? new AtomicFile(jsonPath) : null;
        using var csv = parsed.GetValue(records) is { } csvPath ? new LoadRecordsCsv(csvPath) : null;
        using var client = new OpenAiClient(endpoint.Of(parsed));
        var target = Probe.RunAsync(client, plan.Unary, plan.Seed, cancellation).GetAwaiter().GetResult();
        using var recorder = new LoadRecorder(plan.Slo, csv is null ? [] : [csv]);
        GeneratorUse generator;
        using (new LoadProgress(recorder))
        {
            generator = LoadRun.Execute(target, plan, recorder, cancellation);
        }

        var summary = recorder.Build(new Rng(plan.Seed).Fork("intervals"));
        var entry = BenchEntry.Of(target, plan, load.Arrivals(parsed), summary, generator, cancellation.IsCancellationRequested);
        csv?.Commit();
        if (document is not null)
        {
            var trace = new TraceIdentity(plan.Workload.Name, plan.Workload.Sha256, entry.Requests + entry.Excluded);
            new BenchDocument(CommandLineText.Of(EndpointOptions.WithoutSecrets(args)), ProductVersion.Text, entry.Seed, trace, [entry]).Write(document.Stream);
            document.Commit();
        }

        BenchReport.Write(Screen.Output(), entry, plan);
        return cancellation.IsCancellationRequested ? ErrorSentence.Interrupted
            : entry.Requests > 0 && entry.Rejected + entry.Failed == entry.Requests
                ? throw new LoadException($"Every request to {entry.Url} failed: {string.Join(", ", entry.Errors.Select(error => $"{error.Key} {error.Value}"))}.")
                : 0;
    }
}
