using HalfFull.Policies;
using HalfFull.Simulation.Fleets;
using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Studies;

/// <summary>The routers over production traces: at three loads with fresh views, and under old reports and several gateways.</summary>
internal sealed class RoutingStudy : IStudy
{
    /// <summary>How many replicas there are to choose from.</summary>
    private const string Replicas = "8";

    /// <summary>Requests of a trace in the two wide tables; the targets are measured with all.</summary>
    private const int Requests = 4000;

    private static readonly string[] Traces =
        ["azure-2023-conv.csv.gz", "azure-2023-code.csv.gz", "mooncake-conversation.jsonl.gz", "servegen-m-mid.csv.gz", "servegen-reasoning.csv.gz"];

    private static readonly PolicySpec Engine = PolicySpec.Parse("vllm");

    /// <inheritdoc/>
    public string Name => "routing";

    /// <inheritdoc/>
    public string Summary => "every router on five production traces, fresh and old views, one and several gateways";

    /// <inheritdoc/>
    public string Title => "The study: routers on production traces";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Options { get; } =
    [
        "--trace", "--columns", "--limit", "--load", "--seed", "--max-output-tokens", "--gpu", "--model", "--tp", "--replicas", "--step-model", "--overhead",
        "--token-budget", "--max-seqs", "--block-size", "--kv-blocks", "--max-model-len", "--prefix-view",
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string> Parts { get; } = ["setup", "targets", "staleness", "routers", "views", "traces"];

    /// <inheritdoc/>
    public IReadOnlyList<RunPlan> Plan(StudySettings settings) => [.. Sections(settings).SelectMany(static section => section)];

    /// <inheritdoc/>
    public IReadOnlyList<string> Write(StudySettings settings, IReadOnlyList<StudyResult> results)
    {
        var taken = 0;
        var sections = Sections(settings).Select(section => Next(section.Count)).ToArray();
        var (targets, fresh, views) = (sections[0], sections[1], sections[2]);
        return
        [
            RoutingTables.Setup(settings.Command, targets, fresh),
            RoutingTargets.AgainstOthers(targets),
            RoutingTargets.Staleness(targets),
            RoutingTables.Fresh(fresh),
            RoutingTables.Views(views),
            RoutingTables.ByTrace(fresh, views),
        ];

        RoutingResults Next(int count)
        {
            taken += count;
            return new RoutingResults([.. results.Skip(taken - count).Take(count)]);
        }
    }

    /// <summary>What the targets, the table of routers and the table of views need.</summary>
    private static IReadOnlyList<IReadOnlyList<RunPlan>> Sections(StudySettings settings)
    {
        var fleet = settings.Fleet(Replicas);
        var seed = settings.Seeds(1)[0];
        var (targets, fresh, views) = (new List<RunPlan>(), new List<RunPlan>(), new List<RunPlan>());
        foreach (var trace in settings.TracesOr(Traces))
        {
            var whole = settings.Open(trace, seed);
            var capacity = Capacity.Measure(whole, fleet, seed, settings.Cancellation);
            var part = settings.Open(trace, seed, static options => options with { Limit = options.Limit ?? Requests });
            foreach (var load in settings.LoadsOr(0.9, 1.1))
            {
                var traffic = new Traffic(whole.WithRate(load * capacity), capacity);
                targets.AddRange(RoutingView.Targets.Select(view => Run(RoutingRow.Sal, traffic, view)));
                targets.AddRange(((RoutingRow[])[RoutingRow.Baseline, RoutingRow.LlmD]).SelectMany(row =>
                    ((RoutingView[])[RoutingView.Fresh, RoutingView.Old]).Select(view => Run(row, traffic, view))));
            }

            foreach (var load in settings.LoadsOr(0.7, 0.9, 1.1))
            {
                var traffic = new Traffic(part.WithRate(load * capacity), capacity);
                fresh.AddRange(RoutingRow.All.Select(row => Run(row, traffic, RoutingView.Fresh)));
            }

            var nearlyFull = new Traffic(part.WithRate(settings.LoadsOr(0.9)[0] * capacity), capacity);
            views.AddRange(RoutingView.All.SelectMany(view => RoutingRow.UnderOldViews.Select(row => Run(row, nearlyFull, view))));
        }

        return [targets, fresh, views];

        RunPlan Run(RoutingRow row, Traffic traffic, RoutingView view) => settings.Plan(Engine, row.Router, fleet, traffic, seed) with
        {
            Predictor = row.Predictor,
            SnapshotAge = view.Age,
            Gateways = view.Gateways,
        };
    }
}
