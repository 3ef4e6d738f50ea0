using System.CommandLine;
using HalfFull.Policies;
using HalfFull.Simulation;
using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Options;

/// <summary>Options of fleets in which some replicas prefill and others decode.</summary>
internal sealed class RoleOptions
{
    private const int MostTokens = 1_000_000_000;

    private readonly Option<PolicySpec?> engine = TextOption.Of(
        "--decode-engine", "SPEC", ReadEngine, "Engine scheduler of replicas that decode, in a fleet with roles [default: that of --engine]");

    private readonly Option<PolicySpec?> router = TextOption.Of(
        "--decode-router", "SPEC", ReadRouter, "Router among replicas that decode, in a fleet with roles [default: that of --router]");

    private readonly Option<long?> headroom = NumberOption.OptionalWhole(
        "--decode-headroom", 0, MostTokens, $"Tokens that a replica which decodes keeps free for each sequence before it takes another [default: {SimulationSetup.DefaultDecodeHeadroom}]");

    private Option[] All => [engine, router, headroom];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>A plan with what was given.</summary>
    /// <exception cref="FormatException">One was given, but the fleet has no roles.</exception>
    public RunPlan Apply(ParseResult parsed, RunPlan plan)
    {
        if (!plan.Fleet.Spec.IsSplit && Array.Find(All, option => parsed.GetResult(option) is { Implicit: false }) is { } given)
        {
            throw new FormatException($"{given.Name} is for replicas that decode, but --replicas {plan.Fleet.Spec} has no roles: give groups such as prefill:a100:2,decode:a100:4.");
        }

        return plan with
        {
            DecodeEngine = parsed.GetValue(engine),
            DecodeRouter = parsed.GetValue(router),
            DecodeHeadroom = (int)(parsed.GetValue(headroom) ?? SimulationSetup.DefaultDecodeHeadroom),
        };
    }

    private static PolicySpec ReadEngine(string text)
    {
        var spec = PolicySpec.Parse(text);
        PolicyCatalogs.Engines.Validate(spec);
        return PolicyCatalogs.Engines.BundleOf(spec) is { } bundle
            ? throw new FormatException($"--decode-engine {text} is a bundle, which sets the limits of the whole fleet: give it as --engine, or its policy {bundle.Spec}.")
            : spec;
    }

    private static PolicySpec ReadRouter(string text)
    {
        var spec = PolicySpec.Parse(text);
        PolicyCatalogs.Routers.Validate(spec);
        return spec;
    }
}
