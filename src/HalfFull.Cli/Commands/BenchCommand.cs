using System.CommandLine;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Load.Documents;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Records;
using HalfFull.Load.Runs;
using HalfFull.Load.Timing;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull bench</c>: sends traffic to a server and measures what its users would see.</summary>
internal sealed class BenchCommand
{
    private readonly EndpointOptions endpoint = new();
    private readonly LoadOptions load = new();
    private readonly AbOptions ab = new();
    private readonly Option<string?> json = TextOption.Any("--json", "FILE", "Write all figures as JSON, schema halffull.bench/1");
    private readonly Option<string?> html = TextOption.Any("--html", "FILE", "Write a report, one page with charts");
    private readonly Option<string?> records = TextOption.Any("--records", "FILE.csv", "Write one line for each request, in the order of ending");

    /// <summary>The command.</summary>
    public static Command Create(IReadOnlyList<string> args, CancellationToken cancellation)
    {
        var bench = new BenchCommand();
        var command = new Command("bench", "Send traffic to an OpenAI-compatible server and measure what its users would see.");
        bench.endpoint.AddTo(command);
        bench.load.AddTo(command);
        bench.ab.AddTo(command);
        command.Options.Add(bench.json);
        command.Options.Add(bench.records);
        command.Options.Add(bench.html);
        command.Subcommands.Add(BenchSweepCommand.Create(args, cancellation));
        command.SetAction(parsed =>
        {
            InlineSocketCompletions.Request();
            return bench.ab.IsGiven(parsed) ? bench.Compare(parsed, args, cancellation) : bench.Run(parsed, args, cancellation);
        });
        HelpWithExample.Show(
            command,
            "bench --url http://localhost:8000 --rate 4 --arrivals poisson --duration 2min --warmup 20s --slo ttft=2s,tpot=100ms",
            "bench --url http://localhost:8000 --trace conversations.jsonl --rate-scale 0.5 --json run.json --records run.csv",
            "bench --url http://localhost:8000 --concurrency 32 --prompt-tokens constant:tokens=512 --output-tokens constant:tokens=128",
            "bench --ab http://localhost:8000 http://localhost:8001 --rate 4 --block 10s --precision 0.05",
            "bench --ab http://localhost:8000 --policies router=sal,queue=larry router=round-robin,queue=fcfs --rate 4",
            "bench sweep --url http://localhost:8000 --slo ttft=2s,tpot=100ms");
        return command;
    }

    private int Run(ParseResult parsed, IReadOnlyList<string> args, CancellationToken cancellation)
    {
        var plan = load.Plan(parsed);
        OutputPaths.Check(("--json", parsed.GetValue(json)), ("--records", parsed.GetValue(records)), ("--html", parsed.GetValue(html)));
        using var documents = new BenchDocuments(parsed.GetValue(json), parsed.GetValue(html));
        using var csv = parsed.GetValue(records) is { } path ? new LoadRecordsCsv(path) : null;
        using var client = new OpenAiClient(endpoint.Of(parsed));
        var target = Probe.RunAsync(client, plan.Unary, plan.Seed, cancellation).GetAwaiter().GetResult();
        using var recorder = new LoadRecorder(plan.Slo, csv is null ? [] : [csv]);
        GeneratorUse generator;
        using (new LoadProgress(recorder.Live))
        {
            generator = LoadRun.Execute(target, plan, recorder, cancellation);
        }

        var summary = recorder.Build(new Rng(plan.Seed).Fork("intervals"));
        var entry = BenchEntry.Of(target, plan, load.Arrivals(parsed), summary, generator, cancellation.IsCancellationRequested) with { Records = parsed.GetValue(records) };
        csv?.Commit();
        documents.Commit(args, plan.Workload, [entry], plan.Seed);
        BenchReport.Write(Screen.Output(), entry, plan);
        return BenchExit.Code([entry], cancellation);
    }

    private int Compare(ParseResult parsed, IReadOnlyList<string> args, CancellationToken cancellation)
    {
        if (endpoint.HasUrl(parsed))
        {
            throw new FormatException("--ab names what is compared; leave out --url.");
        }

        if (parsed.GetValue(records) is not null)
        {
            throw new FormatException("--records is of one server; leave it out with --ab.");
        }

        return new BenchComparison(endpoint, load, ab).Run(parsed, args, (parsed.GetValue(json), parsed.GetValue(html)), cancellation);
    }
}
