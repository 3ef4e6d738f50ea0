using System.CommandLine;
using System.CommandLine.Parsing;
using HalfFull.Policies;

namespace HalfFull.Cli.Options;

/// <summary>Options that take text of a known form; the reader's own sentence becomes the error.</summary>
internal static class TextOption
{
    /// <summary>An option read by a function that throws <see cref="FormatException"/> or <see cref="PolicyException"/>.</summary>
    public static Option<T?> Of<T>(string name, string helpName, Func<string, T> read, string description)
        where T : class => new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result => result.Tokens.Select(token => Read(result, name, token.Value, read)).Last(),
        };

    /// <summary>An option that may be given several times.</summary>
    public static Option<T[]> Repeated<T>(string name, string helpName, Func<string, T> read, string[] fallback, string description)
        where T : class => new(name)
        {
            Description = description,
            HelpName = helpName,
            Arity = ArgumentArity.OneOrMore,
            DefaultValueFactory = _ => [.. fallback.Select(read)],
            CustomParser = result => [.. result.Tokens.Select(token => Read(result, name, token.Value, read)).OfType<T>()],
        };

    /// <summary>An option that takes any text.</summary>
    public static Option<string?> Any(string name, string helpName, string description) => Of(name, helpName, static text => text, description);

    private static T? Read<T>(ArgumentResult result, string name, string text, Func<string, T> read)
        where T : class
    {
        try
        {
            return text.Length > 0 ? read(text) : throw new FormatException($"{name} is given without a value.");
        }
        catch (Exception error) when (error is FormatException or PolicyException)
        {
            result.AddError(error.Message.StartsWith(name, StringComparison.Ordinal) ? error.Message : $"{name}: {error.Message}");
            return null;
        }
    }
}
