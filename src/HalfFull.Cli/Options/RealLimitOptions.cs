using System.CommandLine;

namespace HalfFull.Cli.Options;

/// <summary>Limits of a real engine, under the names that they have everywhere.</summary>
internal sealed class RealLimitOptions
{
    private const int MostTokens = 1 << 28;

    private readonly Option<long?> tokenBudget = NumberOption.OptionalWhole("--token-budget", 1, MostTokens, "Most tokens in one step [default: 256]");
    private readonly Option<long?> maxSequences = NumberOption.OptionalWhole("--max-seqs", 1, 256, "Most sequences running at a time [default: 8]");
    private readonly Option<int> blockSize = NumberOption.Whole("--block-size", 16, 1, 65_536, "Tokens in one KV block");
    private readonly Option<long?> kvBlocks = NumberOption.OptionalWhole("--kv-blocks", 1, MostTokens, "KV blocks [default: as many as the sequences can fill]");
    private readonly Option<long?> maxModelLength = NumberOption.OptionalWhole("--max-model-len", 1, MostTokens, "Most tokens of prompt and output together [default: 2048, or what the model was trained for]");

    private Option[] All => [tokenBudget, maxSequences, blockSize, kvBlocks, maxModelLength];

    /// <summary>Whether any was given.</summary>
    public bool IsGiven(ParseResult parsed) => All.Any(option => parsed.GetResult(option) is { Implicit: false });

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What was given.</summary>
    public ReplicaNumbers Numbers(ParseResult parsed) => new(
        (int?)parsed.GetValue(tokenBudget),
        (int?)parsed.GetValue(maxSequences),
        parsed.GetValue(blockSize),
        (int?)parsed.GetValue(kvBlocks),
        (int?)parsed.GetValue(maxModelLength),
        StepModel: null);
}
