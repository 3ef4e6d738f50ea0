using System.CommandLine;
using HalfFull.Load.Comparing;
using HalfFull.Load.OpenAi;

namespace HalfFull.Cli.Options;

/// <summary>Options of a comparison of two servers.</summary>
internal sealed class AbOptions
{
    private static readonly TimeSpan DefaultBlock = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DefaultLength = TimeSpan.FromMinutes(20);

    private readonly Option<Uri[]> ab = new("--ab")
    {
        Description = "Compare two servers, or two policies of one gateway, in alternating blocks of one run; --duration bounds both together [default: 20min]",
        HelpName = "URL1 URL2",
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

    private readonly Option<TimeSpan?> block = DurationOption.Of("--block", $"Length of a block of --ab [default: {Duration.Format(DefaultBlock)}]");
    private readonly Option<double> precision = NumberOption.Share("--precision", 0.05, "Stop --ab when the intervals of the ratios of TTFT p50 and E2E mean are this narrow (half width)");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(ab);
        command.Options.Add(block);
        command.Options.Add(precision);
        command.Validators.Add(result =>
        {
            if (result.GetResult(ab) is { Tokens.Count: not 2 } given)
            {
                result.AddError($"--ab is given {given.Tokens.Count} addresses, but compares two.");
            }
        });
    }

    /// <summary>Whether two servers are to be compared.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetResult(ab) is not null;

    /// <summary>Their addresses.</summary>
    public IReadOnlyList<Uri> Urls(ParseResult parsed) => parsed.GetValue(ab) ?? [];

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

        if (plan.WarmUp + plan.CoolDown >= each)
        {
            throw new FormatException($"--warmup and --cooldown are of each block of --ab and leave nothing of {Duration.Format(each)} to measure.");
        }

        plan = plan with { Workload = load.Open(parsed, plan.Seed, length) };
        return new AbPlan(plan, each, parsed.GetValue(precision), Math.Max(1, (int)(length / (2 * each))));
    }
}
