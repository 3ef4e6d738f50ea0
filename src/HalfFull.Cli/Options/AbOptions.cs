using System.CommandLine;
using HalfFull.Load.Comparing;
using HalfFull.Load.OpenAi;

namespace HalfFull.Cli.Options;

/// <summary>Options of a comparison of two servers, or of two policies of one gateway.</summary>
internal sealed class AbOptions
{
    private const string AdminKeyVariable = "HALFFULL_ADMIN_KEY";
    private static readonly TimeSpan DefaultBlock = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DefaultLength = TimeSpan.FromMinutes(20);

    private readonly Option<Uri[]> ab = new("--ab")
    {
        Description = "Compare two servers, or with --policies two policies of one gateway, in alternating blocks of one run; --duration bounds both together [default: 20min]",
        HelpName = "URL1 [URL2]",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result =>
        {
            try
            {
                return [.. result.Tokens.Select(static token => Endpoint.ParseUrl(token.Value))];
            }
            catch (FormatException error)
            {
                result.AddError($"--ab: {error.Message}");
                return [];
            }
        },
    };

    private readonly Option<GatewayPolicy[]> policies = TextOption.Repeated(
        "--policies", "P1 P2", GatewayPolicy.Parse, [], "Two policies of the one gateway of --ab, such as router=sal,queue=larry; it is switched before each block, and back at the end");

    private readonly Option<string?> adminKey = TextOption.Of(
        "--admin-key", "KEY", static key => Header.Key("--admin-key", key), $"The gateway's admin key, to switch its policies with [default: environment variable {AdminKeyVariable}, or the key of --api-key]");

    private readonly Option<TimeSpan?> block = DurationOption.Of("--block", $"Length of a block of --ab [default: {Duration.Format(DefaultBlock)}]");
    private readonly Option<double> precision = NumberOption.Share("--precision", 0.05, "Stop --ab when the intervals of the ratios of TTFT p50 and E2E mean are this narrow (half width)");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        policies.AllowMultipleArgumentsPerToken = true;
        foreach (var option in (ReadOnlySpan<Option>)[ab, policies, adminKey, block, precision])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (Mistake(result.GetResult(ab)?.Tokens.Count, result.GetResult(policies) is { Implicit: false } given ? given.Tokens.Count : null) is { } mistake)
            {
                result.AddError(mistake);
            }

            foreach (var (option, of) in (ReadOnlySpan<(Option, Option)>)[(block, ab), (precision, ab), (adminKey, policies)])
            {
                if (result.GetResult(option) is { Implicit: false } && result.GetResult(of) is not { Implicit: false })
                {
                    result.AddError($"{option.Name} is of a comparison: give it together with {of.Name}.");
                }
            }
        });
    }

    /// <summary>Whether two servers are to be compared.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetResult(ab) is not null;

    /// <summary>Their addresses.</summary>
    public IReadOnlyList<Uri> Urls(ParseResult parsed) => parsed.GetValue(ab) ?? [];

    /// <summary>The policies to compare; empty when two servers are compared.</summary>
    public IReadOnlyList<GatewayPolicy> Policies(ParseResult parsed) => parsed.GetValue(policies) ?? [];

    /// <summary>The gateway as one that may switch its policies speaks to it.</summary>
    public Endpoint Admin(ParseResult parsed, Endpoint gateway) =>
        (parsed.GetValue(adminKey) ?? EndpointOptions.KeyOf(AdminKeyVariable)) is { Length: > 0 } key ? gateway with { ApiKey = key } : gateway;

    /// <summary>The plan.</summary>
    /// <exception cref="FormatException">Options contradict each other.</exception>
    public AbPlan Plan(ParseResult parsed, LoadOptions load)
    {
        var length = load.Duration(parsed) ?? DefaultLength;
        var each = parsed.GetValue(block) ?? DefaultBlock;
        var plan = load.Plan(parsed);
        if (plan.Ramp is not null)
        {
            throw new FormatException("--ramp is of one run; leave it out with --ab.");
        }

        if (each == TimeSpan.Zero || 2 * each > length)
        {
            throw new FormatException($"--block {Duration.Format(each)} is not accepted: two blocks make a pair, and one pair must fit into --duration {Duration.Format(length)}.");
        }

        if (plan.WarmUp + plan.CoolDown >= each)
        {
            throw new FormatException($"--warmup and --cooldown are of each block of --ab and leave nothing of {Duration.Format(each)} to measure.");
        }

        plan = plan with { Workload = load.Open(parsed, plan.Seed, length) };
        return new AbPlan(plan, each, parsed.GetValue(precision), Math.Max(1, (int)(length / (2 * each))));
    }

    private static string? Mistake(int? urls, int? given) => (urls, given) switch
    {
        (null, not null) => "--policies are those of one gateway: name it with --ab URL.",
        (1, 2) or (2, null) or (null, null) => null,
        (1, null) => "--ab is given 1 address, but compares two: give another one, or --policies with two policies of that gateway.",
        (2, _) => "--ab is given 2 addresses and --policies: compare two servers, or two policies of one gateway.",
        (1, _) => $"--policies is given {given} {(given == 1 ? "policy" : "policies")}, but compares two.",
        _ => $"--ab is given {urls} addresses, but compares two.",
    };
}
