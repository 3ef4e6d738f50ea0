using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace HalfFull.Cli.Commands;

/// <summary>Help that ends with worked examples.</summary>
internal sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
{
    private const int Width = 120;
    private static readonly Dictionary<Command, string[]> Examples = [];

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>Sets the examples of a command; each is what follows <c>halffull</c>.</summary>
    public static void Show(Command command, params string[] examples) => Examples[command] = examples;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        help.MaxWidth = Width;
        var code = help.Invoke(parseResult);
        if (Examples.TryGetValue(parseResult.CommandResult.Command, out var examples))
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine(examples.Length == 1 ? "Example:" : "Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  halffull {example}");
            }

            output.WriteLine();
        }

        return code;
    }
}
