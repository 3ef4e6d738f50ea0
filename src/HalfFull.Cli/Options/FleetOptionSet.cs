using System.CommandLine;
using HalfFull.Engine.StepTime;
using HalfFull.Policies;
using HalfFull.Simulation;
using HalfFull.Simulation.Fleets;

namespace HalfFull.Cli.Options;

/// <summary>Options that say what serves the requests.</summary>
internal sealed class FleetOptionSet
{
    private const string DefaultGpu = "a100";
    private const string DefaultReplicas = "4";
    private const string Own = "own";
    private const int MostTokens = 1_000_000_000;
    private static readonly FleetOptions Defaults = new();

    private readonly Option<string?> gpu = TextOption.Any("--gpu", "NAME|list", $"GPU of every replica; list prints what exists [default: {DefaultGpu}]");
    private readonly Option<string?> model = TextOption.Any("--model", "NAME|list", $"Model served; list prints what exists [default: {Defaults.Model}]");
    private readonly Option<int> tp = NumberOption.Whole("--tp", Defaults.Tp, 1, 64, "GPUs that share one replica (tensor parallelism)");
    private readonly Option<string?> replicas;

    private readonly Option<string?> stepModel = TextOption.Any("--step-model", "FILE", "Your own step-time model, JSON, instead of a built-in one");

    private readonly Option<string?> overhead = TextOption.Any(
        "--overhead", "NAME", $"Host time added to each step: {string.Join(", ", StepModelCatalog.Overheads.Select(profile => profile.Name))} [default: {StepModelCatalog.DefaultOverhead}]");

    private readonly Option<int> tokenBudget = NumberOption.Whole("--token-budget", Defaults.TokenBudget, 1, MostTokens, "Most tokens in one step");
    private readonly Option<int> maxSequences = NumberOption.Whole("--max-seqs", Defaults.MaxSequences, 1, 1_000_000, "Most sequences running at a time");
    private readonly Option<int> blockSize = NumberOption.Whole("--block-size", Defaults.BlockSize, 1, 65_536, "Tokens in one KV block");
    private readonly Option<long?> kvBlocks = NumberOption.OptionalWhole("--kv-blocks", 1, MostTokens, "KV blocks of each replica [default: what fits on the GPU]");
    private readonly Option<long?> maxModelLength = NumberOption.OptionalWhole("--max-model-len", 1, MostTokens, "Most tokens of prompt and output together [default: no limit but the KV cache]");

    private readonly Option<double?> kvBandwidth = BandwidthOption.Of(
        "--kv-bandwidth", $"How fast KV moves from one replica to another, over the link of each GPU [default: {Bandwidth.Format(Defaults.KvBytesPerSecond)}]");

    private readonly Option<TimeSpan?> kvLatency = DurationOption.Of(
        "--kv-latency", $"What each move of KV takes whatever its size [default: {Duration.Format(Defaults.KvLatency)}]");

    private readonly bool acceptsRange;

    /// <param name="acceptsRange">Whether <c>--replicas 2..8</c> is accepted.</param>
    public FleetOptionSet(bool acceptsRange)
    {
        this.acceptsRange = acceptsRange;
        replicas = TextOption.Any(
            "--replicas",
            acceptsRange ? "N|A..B|[ROLE:]GPU:N,..." : "N|[ROLE:]GPU:N,...",
            $"How many replicas{(acceptsRange ? ", a range of numbers to compare" : string.Empty)}, or groups such as a100:2,h100:1 or prefill:a100:2,decode:a100:4 [default: {DefaultReplicas}]");
    }

    /// <summary>Whether a command line makes KV move from one replica to another.</summary>
    public Func<ParseResult, bool> MovesKv { get; init; } = static _ => false;

    /// <summary>The option of a command line that needs replicas which both prefill and decode; null when none is given.</summary>
    public Func<ParseResult, string?> NeedsWholeReplicas { get; init; } = static _ => null;

    /// <summary>The options that describe one replica.</summary>
    private Option[] OfOneReplica => [gpu, model, tp, stepModel, overhead, tokenBudget, maxSequences, blockSize, kvBlocks, maxModelLength];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        AddReplicaTo(command);
        command.Options.Add(replicas);
        command.Options.Add(kvBandwidth);
        command.Options.Add(kvLatency);
    }

    /// <summary>Adds those that describe one replica.</summary>
    public void AddReplicaTo(Command command)
    {
        foreach (var option in OfOneReplica)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Those that describe one replica, as they were given, for another command line.</summary>
    public IEnumerable<string> ReplicaArguments(ParseResult parsed) =>
        OfOneReplica.Where(option => parsed.GetResult(option) is { Implicit: false })
            .SelectMany(option => new[] { option.Name, parsed.GetResult(option)!.Tokens[0].Value });

    /// <summary>The model as it was given; null when it was not.</summary>
    public string? ModelName(ParseResult parsed) => parsed.GetValue(model);

    /// <summary>The limits of a replica as they were given, for a real model.</summary>
    /// <exception cref="FormatException">An option was given that describes a modelled GPU.</exception>
    public ReplicaNumbers Numbers(ParseResult parsed)
    {
        var modelled = ((ReadOnlySpan<Option>)[gpu, tp, overhead]).ToArray().FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
        if (modelled is not null)
        {
            throw new FormatException($"{modelled.Name} describes a modelled GPU; leave it out beside a real model.");
        }

        int? Given(Option<int> option) => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) : null;
        return new ReplicaNumbers(
            Given(tokenBudget), Given(maxSequences), parsed.GetValue(blockSize), (int?)parsed.GetValue(kvBlocks), (int?)parsed.GetValue(maxModelLength), parsed.GetValue(stepModel));
    }

    /// <summary>Builds one replica.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="engine">Its engine; a bundle sets the limits that were not given.</param>
    public ReplicaSpec BuildReplica(ParseResult parsed, PolicySpec engine) => WithBundle(parsed, BuildAs(parsed, "1")[0], engine).Replicas[0];

    /// <summary>A fleet with the limits of the engine's bundle, where it names one; limits given on the command line stay.</summary>
    public Fleet WithBundle(ParseResult parsed, Fleet fleet, PolicySpec engine)
    {
        return PolicyCatalogs.Engines.BundleOf(engine) is not { } bundle
            ? fleet
            : fleet.WithLimits(
                Unless(tokenBudget, bundle.TokenBudget, fleet.Options.TokenBudget),
                Unless(maxSequences, bundle.MaxSequences, fleet.Options.MaxSequences),
                Unless(blockSize, bundle.BlockSize, fleet.Options.BlockSize));

        int Unless(Option option, int? bundled, int otherwise) => parsed.GetResult(option) is { Implicit: false } ? otherwise : bundled ?? otherwise;
    }

    /// <summary>Whether the user asked what GPUs or models exist.</summary>
    public bool AsksForList(ParseResult parsed) => IsList(parsed.GetValue(gpu)) || IsList(parsed.GetValue(model));

    /// <summary>The name by which the list is restricted: the GPU or model that was given beside the other's <c>list</c>; null for all.</summary>
    public (string? Gpu, string? Model) ListFilter(ParseResult parsed) =>
        (IsList(parsed.GetValue(gpu)) ? null : parsed.GetValue(gpu), IsList(parsed.GetValue(model)) ? null : parsed.GetValue(model));

    /// <summary>Builds the fleets asked for; one unless a range was given.</summary>
    /// <exception cref="FormatException">The spec of replicas is wrong.</exception>
    /// <param name="parsed">The command line.</param>
    /// <param name="otherwise">Replicas, where the command line does not say.</param>
    public IReadOnlyList<Fleet> Build(ParseResult parsed, string otherwise = DefaultReplicas) => BuildAs(parsed, parsed.GetValue(replicas) ?? otherwise);

    private IReadOnlyList<Fleet> BuildAs(ParseResult parsed, string text)
    {
        var own = parsed.GetValue(stepModel);
        var fallback = own is null ? DefaultGpu : Own;
        if (!acceptsRange && text.Contains("..", StringComparison.Ordinal))
        {
            throw new FormatException($"--replicas {text} is a range, which only compare accepts; give one number.");
        }

        if (own is not null)
        {
            RefuseBesideOwnModel(parsed);
        }

        var options = Defaults with
        {
            Model = parsed.GetValue(model) ?? (own is null ? Defaults.Model : Own),
            Tp = parsed.GetValue(tp),
            Overhead = parsed.GetValue(overhead) ?? Defaults.Overhead,
            StepModelFile = own,
            KvBlocks = (int?)parsed.GetValue(kvBlocks),
            BlockSize = parsed.GetValue(blockSize),
            TokenBudget = parsed.GetValue(tokenBudget),
            MaxSequences = parsed.GetValue(maxSequences),
            MaxModelLength = (int?)parsed.GetValue(maxModelLength),
            KvBytesPerSecond = parsed.GetValue(kvBandwidth) ?? Defaults.KvBytesPerSecond,
            KvLatency = parsed.GetValue(kvLatency) ?? Defaults.KvLatency,
        };
        var specs = FleetSpec.ParseRange(text, parsed.GetValue(gpu)?.Trim().ToLowerInvariant(), fallback);
        if (!specs[0].IsSplit)
        {
            RefuseWhereNoKvMoves(parsed);
        }
        else if (NeedsWholeReplicas(parsed) is { } given)
        {
            throw new FormatException($"{given} needs replicas that both prefill and decode, but --replicas {text} gives them roles; leave out one of the two.");
        }

        return [.. specs.Select(spec => Fleet.Build(spec, options))];
    }

    /// <summary>Where each replica keeps its KV, a bandwidth between them would change nothing.</summary>
    private void RefuseWhereNoKvMoves(ParseResult parsed)
    {
        if (!MovesKv(parsed) && ((ReadOnlySpan<Option>)[kvBandwidth, kvLatency]).ToArray().FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } given)
        {
            throw new FormatException($"{given.Name} says how KV moves from one replica to another, but nothing here moves it; leave it out, add --migrate, or give --replicas roles such as prefill:a100:2,decode:a100:4.");
        }
    }

    /// <summary>A step-time model of the user's own says how fast everything is: naming a GPU or a degree beside it would change nothing.</summary>
    private void RefuseBesideOwnModel(ParseResult parsed)
    {
        var given = ((ReadOnlySpan<Option>)[gpu, model, tp]).ToArray().FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
        if (given is not null)
        {
            throw new FormatException($"--step-model says how fast the replicas are; leave out {given.Name}.");
        }

        if (parsed.GetValue(replicas) is { } groups && groups.Contains(':', StringComparison.Ordinal))
        {
            throw new FormatException($"--step-model says how fast the replicas are; give --replicas a number instead of '{groups}'.");
        }
    }

    private static bool IsList(string? text) => string.Equals(text, "list", StringComparison.Ordinal);
}
