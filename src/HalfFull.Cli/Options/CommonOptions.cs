using System.CommandLine;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Prediction;
using HalfFull.Simulation;
using HalfFull.Simulation.Scenarios;

namespace HalfFull.Cli.Options;

/// <summary>The options that simulate and compare share: one name, default and meaning each.</summary>
internal sealed class CommonOptions
{
    private readonly Option<PredictorSpec?> predict = TextOption.Of(
        "--predict", "SPEC", PredictorSpec.Parse, $"Who predicts output lengths for policies: {PredictorSpec.Accepts} [default: none]");

    private readonly Option<string?> prefixView = TextOption.Of(
        "--prefix-view", "exact|index", ReadPrefixView, "Prefix hits that routers see: those of the caches, or of an index of what was sent where [default: exact]");

    private readonly Option<TimeSpan?> snapshotAge = DurationOption.Of(
        "--snapshot-age", "Routers see a report of each replica that is taken anew at this interval, not the replica as it is [default: 0ms]");

    private readonly Option<int> gateways = NumberOption.Whole("--gateways", 1, 1, 1_000, "Independent gateways that share the requests, each with its own router");
    private readonly Option<Scenario?> scenario = TextOption.Of("--scenario", "FILE.json", ScenarioFile.Read, "What happens to the fleet meanwhile: crashes, slow-downs, drains, links");
    private readonly Option<PolicySpec?> autoscale = TextOption.Of(
        "--autoscale", "SPEC", ReadAutoscaler, "Who adds and drains replicas meanwhile, such as queue:max=8,start-up=30s; see halffull policies [default: nobody]");

    private readonly Option<PolicySpec?> migrate = TextOption.Of(
        "--migrate", "SPEC", ReadMigrator, "Who moves running sequences between replicas, such as llumnix:threshold=100; see halffull policies [default: nobody]");

    private readonly Option<int> seed = NumberOption.Whole("--seed", 1, 0, int.MaxValue, "Seed of everything that is drawn");

    private readonly Option<Slo?> slo = TextOption.Of(
        "--slo", "ttft=2s,...", Slo.Parse, "Bounds that a request must meet to count as good: ttft, tpot, e2e, such as ttft=2s,tpot=100ms");

    private readonly Option<bool> noFastForward = new("--no-fast-forward") { Description = "Simulate every step on its own: the same result, slower" };
    private readonly Option<string?> json = TextOption.Any("--json", "FILE", "Write all figures as JSON, schema halffull.run/1");
    private readonly Option<string?> html = TextOption.Any("--html", "FILE", "Write a report: one page with charts that opens from disk");

    /// <param name="comparing">Whether policies repeat, replicas may be a range, and several seeds may be run.</param>
    public CommonOptions(bool comparing)
    {
        Traffic = new TrafficOptions(several: comparing);
        Fleet = new FleetOptionSet(acceptsRange: comparing)
        {
            MovesKv = parsed => MigrateOf(parsed) is not null,
            NeedsWholeReplicas = parsed => MigrateOf(parsed) is not null ? migrate.Name : AutoscaleOf(parsed) is not null ? autoscale.Name : null,
        };
        Engines = Policies("--engine", "Engine scheduler", comparing ? ["vllm", "larry"] : ["vllm"], comparing, PolicyCatalogs.Engines.Validate);
        Routers = Policies("--router", "Router", comparing ? ["round-robin", "sal"] : ["round-robin"], comparing, PolicyCatalogs.Routers.Validate);
        Seeds = comparing ? NumberOption.Whole("--seeds", 3, 1, 1_000, "Run N consecutive seeds, from --seed on") : null;
    }

    /// <summary>Which requests arrive.</summary>
    public TrafficOptions Traffic { get; }

    /// <summary>What serves them.</summary>
    public FleetOptionSet Fleet { get; }

    /// <summary>What is special where replicas have roles.</summary>
    public RoleOptions Roles { get; } = new();

    /// <summary>Engine schedulers.</summary>
    public Option<PolicySpec[]> Engines { get; }

    /// <summary>Routers.</summary>
    public Option<PolicySpec[]> Routers { get; }

    /// <summary>Number of seeds; null where there is one.</summary>
    public Option<int>? Seeds { get; }

    /// <summary>Adds all to a command.</summary>
    public void AddTo(Command command)
    {
        Traffic.AddTo(command);
        command.Options.Add(Engines);
        command.Options.Add(Routers);
        command.Options.Add(predict);
        command.Options.Add(prefixView);
        Fleet.AddTo(command);
        Roles.AddTo(command);
        command.Options.Add(snapshotAge);
        command.Options.Add(gateways);
        command.Options.Add(scenario);
        command.Options.Add(autoscale);
        command.Options.Add(migrate);
        command.Options.Add(seed);
        if (Seeds is not null)
        {
            command.Options.Add(Seeds);
        }

        command.Options.Add(slo);
        command.Options.Add(noFastForward);
        command.Options.Add(json);
        command.Options.Add(html);
    }

    /// <summary>The seeds, at least one.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="otherwise">How many, where the command line does not say; null for the option's default.</param>
    public IReadOnlyList<ulong> SeedsOf(ParseResult parsed, int? otherwise = null)
    {
        var count = Seeds is null ? 1 : parsed.GetResult(Seeds) is { Implicit: false } || otherwise is null ? parsed.GetValue(Seeds) : otherwise.Value;
        return [.. Enumerable.Range(0, count).Select(i => (ulong)parsed.GetValue(seed) + (ulong)i)];
    }

    /// <summary>The SLO.</summary>
    public Slo SloOf(ParseResult parsed) => parsed.GetValue(slo) ?? Slo.None;

    /// <summary>Who predicts output lengths.</summary>
    public PredictorSpec PredictorOf(ParseResult parsed) => parsed.GetValue(predict) ?? PredictorSpec.None;

    /// <summary>Where routers' prefix hits come from.</summary>
    public PrefixSource PrefixHits(ParseResult parsed) =>
        string.Equals(parsed.GetValue(prefixView), "index", StringComparison.Ordinal) ? PrefixSource.Index : PrefixSource.Exact;

    /// <summary>Mean time between two reports of a replica; 0: routers see replicas as they are.</summary>
    public TimeSpan SnapshotAge(ParseResult parsed) => parsed.GetValue(snapshotAge) ?? TimeSpan.Zero;

    /// <summary>Number of gateways.</summary>
    public int Gateways(ParseResult parsed) => parsed.GetValue(gateways);

    /// <summary>What happens to the fleet; null for nothing.</summary>
    public Scenario? ScenarioOf(ParseResult parsed) => parsed.GetValue(scenario);

    /// <summary>Who changes the number of replicas; null for nobody.</summary>
    public PolicySpec? AutoscaleOf(ParseResult parsed) => parsed.GetValue(autoscale);

    /// <summary>Who moves running sequences between replicas; null for nobody.</summary>
    public PolicySpec? MigrateOf(ParseResult parsed) => parsed.GetValue(migrate);

    /// <summary>Whether held plans are repeated in one go.</summary>
    public bool FastForward(ParseResult parsed) => !parsed.GetValue(noFastForward);

    /// <summary>Where to write the document; null for nowhere.</summary>
    public string? JsonPath(ParseResult parsed) => parsed.GetValue(json);

    /// <summary>Where to write the report; null for nowhere.</summary>
    public string? HtmlPath(ParseResult parsed) => parsed.GetValue(html);

    private static PolicySpec ReadAutoscaler(string text)
    {
        // Made once, because a policy may refuse what each option by itself allows.
        var spec = PolicySpec.Parse(text);
        _ = PolicyCatalogs.Autoscalers.Create(spec);
        return spec;
    }

    private static PolicySpec ReadMigrator(string text)
    {
        var spec = PolicySpec.Parse(text);
        PolicyCatalogs.Migrators.Validate(spec);
        return spec;
    }

    private static string ReadPrefixView(string text) =>
        text is "exact" or "index" ? text : throw new FormatException($"--prefix-view {text} is not accepted: give exact or index.");

    private static Option<PolicySpec[]> Policies(string name, string what, string[] fallback, bool repeats, Action<PolicySpec> validate)
    {
        var option = TextOption.Repeated(
            name, "SPEC", Read, fallback, $"{what}{(repeats ? ", repeated to compare several" : string.Empty)}; see halffull policies");
        if (!repeats)
        {
            option.Validators.Add(result =>
            {
                if (result.Tokens.Count > 1)
                {
                    result.AddError($"{name} is given {result.Tokens.Count} times, but simulate runs one; compare takes several.");
                }
            });
        }

        return option;

        PolicySpec Read(string text)
        {
            var spec = PolicySpec.Parse(text);
            validate(spec);
            return spec;
        }
    }
}
