using System.CommandLine;
using HalfFull.Simulation.Workloads;
using HalfFull.Simulation.Workloads.Arrivals;
using HalfFull.Simulation.Workloads.Lengths;
using HalfFull.Simulation.Workloads.Presets;
using HalfFull.Traces;

namespace HalfFull.Cli.Options;

/// <summary>Options that say which requests arrive, and how fast.</summary>
/// <param name="onFleet">Whether a fleet is simulated, on whose capacity <c>--load</c> depends.</param>
/// <param name="several">Whether several arrival rates may be given.</param>
internal sealed class TrafficOptions(bool onFleet = true, bool several = false)
{
    private const string DefaultTrace = "chat";
    private const double MostPerSecond = 1_000_000;

    private readonly Option<string?> trace = TextOption.Any(
        "--trace",
        "FILE|PRESET",
        $"Trace file (.gz or plain, format recognised) or preset: {string.Join(", ", PresetCatalog.All.Select(preset => preset.Name))} [default: {DefaultTrace}]");

    private readonly Option<long?> limit = NumberOption.OptionalWhole(
        "--limit", 1, 1_000_000_000_000, "Take at most N requests [default: all of a file, 20000 of a preset]");

    private readonly Option<double[]?> rate = RateOption.Of("--rate", "R", MostPerSecond, several, "Mean arrival rate, requests per second");
    private readonly Option<double[]?> rateScale = RateOption.Of("--rate-scale", "X", MostPerSecond, several, "Arrivals X times as fast as in the trace");
    private readonly Option<double[]?> load = RateOption.Of("--load", "F", 1_000, several, "Arrival rate as a share of the fleet's measured capacity, such as 0.9");

    private readonly Option<IGapDistribution?> arrivals = TextOption.Of(
        "--arrivals", "SPEC", GapDistribution.Parse, $"Draw arrivals anew at the same mean rate: {GapDistribution.Accepts}");

    private readonly Option<ILengthDistribution?> prompts = TextOption.Of(
        "--prompt-tokens", "SPEC", LengthDistribution.Parse, $"Draw prompt lengths anew: {LengthDistribution.Accepts}");

    private readonly Option<ILengthDistribution?> outputs = TextOption.Of(
        "--output-tokens", "SPEC", LengthDistribution.Parse, "Draw output lengths anew, spelt likewise");

    private readonly Option<long?> maxOutputTokens = NumberOption.OptionalWhole(
        "--max-output-tokens", 1, 1_000_000_000, "Output limit of requests without their own, tokens [default: 4096, or the power of two that holds the longest output]");

    private readonly Option<ColumnMap?> columns = TextOption.Of(
        "--columns", "arrival=C,prompt=C,output=C,...", ColumnMap.Parse, "Columns of any other CSV or JSON-lines log");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[trace, columns, limit, rate, rateScale, .. onFleet ? (Option[])[load] : [], arrivals, prompts, outputs, maxOutputTokens])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            var given = new Option[] { rate, rateScale, load }.Where(option => result.GetResult(option) is not null).Select(option => option.Name).ToArray();
            if (given.Length > 1)
            {
                result.AddError($"Give only one of {string.Join(" and ", given)}: each sets the arrival rate.");
            }
        });
    }

    /// <summary>How many arrival rates are asked for, at least 1.</summary>
    public int Rates(ParseResult parsed) => Rate(parsed)?.Length ?? 1;

    /// <summary>Share of the fleet's capacity asked for; null for none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="index">Which of several rates.</param>
    public double? Load(ParseResult parsed, int index = 0) => onFleet ? Given(parsed, load)?[index] : null;

    /// <summary>The shares of the fleet's capacity asked for; null for none.</summary>
    public IReadOnlyList<double>? Loads(ParseResult parsed) => onFleet ? Given(parsed, load) : null;

    /// <summary>The trace that was given; null when none was.</summary>
    public string? Source(ParseResult parsed) => parsed.GetValue(trace);

    /// <summary>Whether any option sets the rate.</summary>
    public bool SetsRate(ParseResult parsed) => Rate(parsed) is not null;

    /// <summary>Whether the requests come from a preset, which has no rate that means anything to the fleet.</summary>
    public bool IsPreset(ParseResult parsed) => PresetCatalog.Find(parsed.GetValue(trace) ?? DefaultTrace) is not null;

    /// <summary>How arrivals are drawn; null when the trace's own are kept.</summary>
    public IGapDistribution? Arrivals(ParseResult parsed) => parsed.GetValue(arrivals);

    /// <summary>Whether the number of requests is limited.</summary>
    public bool HasLimit(ParseResult parsed) => parsed.GetValue(limit) is not null;

    /// <summary>Opens the workload for a seed.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="change">What the command changes beyond these options; null for nothing.</param>
    /// <param name="index">Which of several rates.</param>
    /// <param name="otherwise">The trace, where the command line names none; null for the default.</param>
    public Workload Open(ParseResult parsed, ulong seed, Func<WorkloadOptions, WorkloadOptions>? change = null, int index = 0, string? otherwise = null)
    {
        var options = new WorkloadOptions
        {
            Seed = seed,
            Limit = parsed.GetValue(limit),
            RequestsPerSecond = Given(parsed, rate)?[index],
            RateScale = Given(parsed, rateScale)?[index],
            Arrivals = parsed.GetValue(arrivals),
            PromptTokens = parsed.GetValue(prompts),
            OutputTokens = parsed.GetValue(outputs),
            MaxOutputTokens = (int?)parsed.GetValue(maxOutputTokens),
        };
        options = change is null ? options : change(options);
        var source = parsed.GetValue(trace) ?? otherwise ?? DefaultTrace;
        if (parsed.GetValue(columns) is not { } map)
        {
            return WorkloadCatalog.Open(source, options);
        }

        return Path.Exists(source)
            ? Workload.Of(TraceFile.Open(source, map), options)
            : throw new FormatException($"--columns names the columns of a file, but --trace {source} is none.");
    }

    private double[]? Rate(ParseResult parsed) => (onFleet ? Given(parsed, load) : null) ?? Given(parsed, rate) ?? Given(parsed, rateScale);

    // An array that was not given reads as an empty one.
    private static double[]? Given(ParseResult parsed, Option<double[]?> option) => parsed.GetValue(option) is { Length: > 0 } rates ? rates : null;
}
