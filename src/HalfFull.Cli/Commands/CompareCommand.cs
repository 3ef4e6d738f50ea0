using System.CommandLine;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Cli.Studies;
using HalfFull.Metrics;
using HalfFull.Report.Recording;
using HalfFull.Simulation.Comparisons;
using HalfFull.Simulation.Fleets;
using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull compare</c>: every engine policy with every router on every fleet, on the same traffic.</summary>
internal sealed class CompareCommand
{
    private const double DefaultLoad = 0.9;

    private readonly CommonOptions options = new(comparing: true);

    private readonly Option<RankMetric?> rankBy = TextOption.Of(
        "--rank-by", "METRIC", RankMetric.Parse, $"What to rank by: {RankMetric.Accepts} [default: ttft]");

    private readonly Option<IStudy?> preset = TextOption.Of(
        "--preset", "NAME", StudyCatalog.Parse, $"Run a whole study: {string.Join("; ", StudyCatalog.All.Select(static study => $"{study.Name}, {study.Summary}"))}");

    private readonly Option<string?> markdown = TextOption.Any("--markdown", "FILE", "Put the tables of --preset into this page, between its markers [default: the screen]");

    /// <summary>The command.</summary>
    public static Command Create(IReadOnlyList<string> args, CancellationToken cancellation)
    {
        var compare = new CompareCommand();
        var command = new Command(
            "compare",
            "Play the same traffic under every engine policy with every router, rank them, and say how sure the gain over the first is. "
            + "A preset without a rate is played at --load 0.9; with a range of fleets, a load is that of the first.");
        compare.options.AddTo(command);
        command.Options.Add(compare.rankBy);
        command.Options.Add(compare.preset);
        command.Options.Add(compare.markdown);
        NotLandedOptions.AddElsewhere(command, "--perfetto", "is the trace of one run; give it to halffull simulate");
        command.SetAction(parsed => compare.Run(parsed, args, cancellation));
        HelpWithExample.Show(
            command,
            "compare",
            "compare --trace yesterday.jsonl --replicas 4 --engine vllm --engine larry --router p2c --router sal --rank-by ttft-p99",
            "compare --load 0.5..1.1 --engine vllm --engine larry --router sal --html report.html",
            "compare --replicas 2..6 --rate 30 --engine larry --router sal --slo ttft=2s,tpot=100ms --rank-by attainment",
            "compare --preset survey --trace yesterday.jsonl --load 0.9");
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

        if (parsed.GetValue(preset) is { } study)
        {
            StudyRunner.CheckOptions(study, parsed, preset.Name, markdown.Name);
            StudyRunner.Run(study, new StudySettings(options, parsed, args, cancellation), parsed.GetValue(markdown));
            return;
        }

        if (parsed.GetValue(markdown) is not null)
        {
            throw new FormatException($"--markdown takes the tables of a study; add --preset with one of {StudyCatalog.Names}.");
        }

        var metric = parsed.GetValue(rankBy) ?? RankMetric.Parse("ttft");
        if (metric.HigherIsBetter && options.SloOf(parsed) == Slo.None)
        {
            throw new FormatException($"--rank-by {metric.Name} needs bounds; add --slo, such as --slo ttft=2s,tpot=100ms.");
        }

        var fleets = options.Fleet.Build(parsed);
        OutputPaths.Check(("--json", options.JsonPath(parsed)), ("--html", options.HtmlPath(parsed)));
        using var json = JsonOutput.Open(options.JsonPath(parsed));
        using var html = HtmlOutput.Open(options.HtmlPath(parsed));
        var rates = Enumerable.Range(0, options.Traffic.Rates(parsed)).Select(rate => Combinations(parsed, fleets, rate, cancellation)).ToArray();
        var recording = html is null ? null : new ReportRecording(rates.SelectMany(static combinations => combinations.Select(static combination => combination.Runs[0])));
        using var progress = new ProgressLine(rates.Sum(static combinations => combinations.Sum(static combination => combination.Runs.Sum(static run => run.Traffic.Workload.Requests))));
        var comparisons = rates.Select(combinations =>
            Comparison.Execute(combinations, metric, Environment.ProcessorCount, progress, recording is null ? null : recording.Observe, cancellation)).ToArray();
        recording?.Replay(Environment.ProcessorCount, cancellation);
        progress.Clear();
        json?.Commit(args, [.. comparisons.SelectMany(static comparison => comparison.Rows).SelectMany(static row => row.Runs)]);
        html?.Commit(args, comparisons, recording!);
        foreach (var comparison in comparisons)
        {
            ComparisonReport.Write(screen, comparison);
        }
    }

    private List<Combination> Combinations(ParseResult parsed, IReadOnlyList<Fleet> fleets, int rate, CancellationToken cancellation)
    {
        var settings = new RunSettings(options, parsed, cancellation);
        var seeds = options.SeedsOf(parsed);
        double? defaultLoad = options.Traffic.IsPreset(parsed) && !options.Traffic.SetsRate(parsed) ? DefaultLoad : null;
        var bySeed = seeds.Select(seed => settings.Open(fleets[0], seed, defaultLoad, rate)).ToArray();
        var traffic = fleets.Select((fleet, i) => bySeed
            .Select((first, s) => i == 0 || first.CapacityRequestsPerSecond is null ? first : first.On(fleet, seeds[s], cancellation)).ToArray()).ToArray();
        var combinations = new List<Combination>();
        foreach (var engine in parsed.GetRequiredValue(options.Engines))
        {
            foreach (var router in parsed.GetRequiredValue(options.Routers))
            {
                combinations.AddRange(fleets.Select((fleet, i) =>
                    new Combination([.. seeds.Select((seed, s) => settings.Plan(engine, router, fleet, traffic[i][s], seed))])));
            }
        }

        return combinations;
    }
}
