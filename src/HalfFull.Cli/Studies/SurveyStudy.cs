using System.Numerics;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Simulation.Runs;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Cli.Studies;

/// <summary>The engine library over production traces: which policy wins where, and what it costs.</summary>
internal sealed class SurveyStudy : IStudy
{
    /// <summary>One replica, so that no router has a choice and only the engine policy differs.</summary>
    private const string Replicas = "1";

    private static readonly string[] Traces =
        ["azure-2023-conv.csv.gz", "azure-2023-code.csv.gz", "mooncake-conversation.jsonl.gz", "servegen-m-mid.csv.gz", "servegen-reasoning.csv.gz"];

    private static readonly SurveyRow[] Rows = [.. SurveyFamily.All.SelectMany(static family => family.Rows)];

    /// <inheritdoc/>
    public string Name => "survey";

    /// <inheritdoc/>
    public string Summary => "every engine policy on five production traces at three loads";

    /// <inheritdoc/>
    public string Title => "The survey: engine policies on production traces";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Options { get; } =
    [
        "--trace", "--columns", "--limit", "--load", "--seed", "--slo", "--max-output-tokens", "--gpu", "--model", "--tp", "--replicas", "--step-model", "--overhead",
        "--token-budget", "--max-seqs", "--block-size", "--kv-blocks", "--max-model-len",
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string> Parts { get; } = ["setup", .. SurveyFamily.All.Select(static family => family.Part), "tables"];

    /// <inheritdoc/>
    public IReadOnlyList<RunPlan> Plan(StudySettings settings)
    {
        var fleet = settings.Fleet(Replicas);
        var seed = settings.Seeds(1)[0];
        var slo = settings.SloOr(Slo.Parse("ttft=2s,tpot=100ms"));
        var router = PolicySpec.Parse("least-requests");
        var plans = new List<RunPlan>();
        foreach (var trace in settings.TracesOr(Traces))
        {
            var workload = settings.Open(trace, seed);
            var limited = settings.Open(trace, seed, options => options with { MaxOutputTokens = TightLimit(workload) });
            var capacity = Capacity.Measure(workload, fleet, seed, settings.Cancellation);
            foreach (var load in settings.LoadsOr(0.7, 0.9, 1.1))
            {
                var usual = new Traffic(workload.WithRate(load * capacity), capacity);
                var tight = new Traffic(limited.WithRate(load * capacity), capacity);
                plans.AddRange(Rows.Select(row => settings.Plan(row.Engine, router, fleet, row.TightLimit ? tight : usual, seed) with
                {
                    Predictor = row.Predictor,
                    Slo = slo,
                }));
            }
        }

        return plans;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Write(StudySettings settings, IReadOnlyList<StudyResult> results)
    {
        var blocks = results.Chunk(Rows.Length).Select(static block => new SurveyBlock(block)).ToArray();
        return
        [
            SurveyTables.Setup(settings.Command, blocks),
            .. SurveyFamily.All.Select(family => SurveyTables.Ratios(family, From(family), blocks)),
            string.Join('\n', blocks.Select(static block => SurveyTables.All(block))),
        ];
    }

    /// <summary>As tight as a client could set it for all its requests alike without cutting one off.</summary>
    private static int TightLimit(Workload workload) => Math.Min(workload.OutputLimit, (int)BitOperations.RoundUpToPowerOf2((uint)workload.LongestOutputTokens));

    private static int From(SurveyFamily family) => SurveyFamily.All.TakeWhile(other => other != family).Sum(static other => other.Rows.Count);
}
