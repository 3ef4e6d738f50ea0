using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using HalfFull.Policies;

namespace HalfFull.Cli;

/// <summary>What is wrong with a command line, in one sentence.</summary>
internal static class UsageError
{
    /// <summary>The first error; null when there is none.</summary>
    public static string? Of(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0 || parsed.Action is CommandLineAction { ClearsParseErrors: true })
        {
            return null;
        }

        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens.Count > 0)
        {
            return Unknown(parsed.UnmatchedTokens[0], command, parsed);
        }

        if (command.Subcommands.Count > 0 && command.Action is null)
        {
            return $"A command is missing after '{Path(parsed)}': give one of {Names(command.Subcommands)}.";
        }

        return ErrorSentence.Line(parsed.Errors[0].Message);
    }

    private static string Unknown(string token, Command command, ParseResult parsed)
    {
        var isOption = token.StartsWith('-');
        var known = isOption
            ? command.Options.Where(option => !option.Hidden).Select(option => option.Name).ToArray()
            : [.. command.Subcommands.Select(sub => sub.Name)];
        var hint = NearestName.Among(token, known) is { } nearest ? $"; did you mean '{nearest}'?" : string.Empty;
        var what = isOption ? "option" : known.Length > 0 ? "command" : "argument";
        var accepted = isOption || known.Length == 0 ? $"'{Path(parsed)} --help' lists what it takes" : $"commands are {string.Join(", ", known)}";
        return $"Unknown {what} '{token}'{(hint.Length > 0 ? hint : $": {accepted}.")}";
    }

    private static string Path(ParseResult parsed)
    {
        var names = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = result.Parent)
        {
            names.Insert(0, result.Parent is null ? "halffull" : command.Command.Name);
        }

        return string.Join(' ', names);
    }

    private static string Names(IList<Command> commands) => string.Join(", ", commands.Select(command => command.Name));
}
