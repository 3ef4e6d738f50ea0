using System.CommandLine;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Load.Documents;
using HalfFull.Load.OpenAi;
using HalfFull.Load.Records;
using HalfFull.Load.Runs;
using HalfFull.Load.Sweeping;
using HalfFull.Load.Timing;
using HalfFull.Metrics;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull bench sweep</c>: the highest rate at which a server holds an objective.</summary>
internal sealed class BenchSweepCommand
{
    private const double MostPerSecond = 100_000;
    private const double DefaultStart = 1;
    private const double DefaultMost = 10_000;
    private static readonly TimeSpan DefaultTrial = TimeSpan.FromSeconds(30);

    private readonly EndpointOptions endpoint = new();
    private readonly LoadOptions load = new();
    private readonly Option<double?> start = NumberOption.OptionalPositive("--start-rate", "R", MostPerSecond, "First rate to try, requests/s [default: 1]");
    private readonly Option<double?> most = NumberOption.OptionalPositive("--max-rate", "R", MostPerSecond, "Highest rate to try, requests/s [default: 10000]");
    private readonly Option<double> attainment = NumberOption.Share("--attain", 0.99, "Share of requests that must meet the SLO");
    private readonly Option<double> precision = NumberOption.Share("--precision", 0.05, "How close the answer must be, as a share of it");
    private readonly Option<int> repeats = NumberOption.Whole("--repeats", 3, 1, 99, "Most trials at one rate; the majority decides, so that an even number counts as the next odd one");
    private readonly Option<string?> json = TextOption.Any("--json", "FILE", "Write all trials as JSON, schema halffull.bench/1");
    private readonly Option<string?> html = TextOption.Any("--html", "FILE", "Write a report, one page with charts");

    /// <summary>The command.</summary>
    public static Command Create(IReadOnlyList<string> args, CancellationToken cancellation)
    {
        var sweep = new BenchSweepCommand();
        var command = new Command("sweep", "Find the highest arrival rate at which a server holds an SLO.");
        sweep.endpoint.AddTo(command);
        sweep.load.AddTo(command);
        foreach (var option in (ReadOnlySpan<Option>)[sweep.start, sweep.most, sweep.attainment, sweep.precision, sweep.repeats, sweep.json, sweep.html])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            InlineSocketCompletions.Request();
            return sweep.Run(parsed, args, cancellation);
        });
        HelpWithExample.Show(command, "bench sweep --url http://localhost:8000 --slo ttft=2s,tpot=100ms --arrivals poisson --duration 60s --warmup 10s");
        return command;
    }

    private int Run(ParseResult parsed, IReadOnlyList<string> args, CancellationToken cancellation)
    {
        if (load.SloOf(parsed) == Slo.None)
        {
            throw new FormatException("bench sweep needs --slo: without bounds every rate holds.");
        }

        if (load.SetsRate(parsed) || load.IsClosed(parsed))
        {
            throw new FormatException("bench sweep sets the rate itself; leave out --rate, --rate-scale, --ramp and --concurrency, and give --start-rate if 1/s is far off.");
        }

        var highest = parsed.GetValue(most) ?? DefaultMost;
        if (parsed.GetValue(start) > highest)
        {
            throw new FormatException(FormattableString.Invariant($"--start-rate {parsed.GetValue(start)} is above --max-rate {highest}; give a lower first rate or a higher last one."));
        }

        var length = load.Duration(parsed) ?? DefaultTrial;
        load.CheckWindow(parsed, length);
        var repeatsOfRate = parsed.GetValue(repeats);
        var plan = new SweepPlan(
            load.Plan(parsed) with { Duration = length },
            (rate, seed) => load.Open(parsed, seed, length, rate),
            parsed.GetValue(attainment),
            parsed.GetValue(start) ?? DefaultStart,
            Math.Max(0.001, parsed.GetValue(precision)),
            repeatsOfRate % 2 == 0 ? repeatsOfRate + 1 : repeatsOfRate,
            highest);
        OutputPaths.Check(("--json", parsed.GetValue(json)), ("--html", parsed.GetValue(html)));
        using var documents = new BenchDocuments(parsed.GetValue(json), parsed.GetValue(html));
        using var client = new OpenAiClient(endpoint.Of(parsed));
        var target = Probe.RunAsync(client, plan.Load.Unary, plan.Load.Seed, cancellation).GetAwaiter().GetResult();
        var trials = new List<SweepTrial>();
        var search = Search(target, plan, trials, cancellation);
        var entries = trials.ConvertAll(trial => BenchEntry.Of(target, trial.Plan, load.Arrivals(parsed), trial.Summary, trial.Generator, interrupted: false));
        documents.Commit(args, plan.Load.Workload, entries, plan.Load.Seed, sweep: new SweepEntry(
            plan.Load.Slo.ToString(), plan.Attainment, search.Highest, search.Lowest, [.. trials.Select(static trial => trial.Point.Holds)]));
        SweepReport.Write(Screen.Output(), plan, search, trials, cancellation.IsCancellationRequested);
        return entries.Exists(static entry => entry.Rejected + entry.Failed < entry.Requests) ? BenchExit.Code([], cancellation) : BenchExit.Code(entries, cancellation);
    }

    private static RateSearch Search(Target target, SweepPlan plan, List<SweepTrial> trials, CancellationToken cancellation)
    {
        using var progress = new LoadProgress();
        return SweepRun.Execute(target, plan, Note, Watch, cancellation);

        void Watch(double rate, Func<LiveFigures> live)
        {
            progress.Head($"{Figures.Three(rate)}/s: ");
            progress.Watch(live);
        }

        void Note(SweepTrial trial)
        {
            trials.Add(trial);
            progress.Leave($"{Figures.Three(trial.Point.RequestsPerSecond)}/s: {(trial.Point.Holds ? "holds" : "does not hold")} ({Figures.Percent(trial.Summary.SloAttainment)} met the SLO, TTFT p99 {Figures.Seconds(trial.Summary.TtftSeconds.P99)})");
        }
    }
}
