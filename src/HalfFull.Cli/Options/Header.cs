namespace HalfFull.Cli.Options;

/// <summary>A request header as the user gives it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
internal sealed record Header(string Name, string Value)
{
    /// <summary>Reads <c>name=value</c> or <c>name: value</c>.</summary>
    /// <exception cref="FormatException">The text is neither; the message quotes it.</exception>
    public static Header Parse(string text)
    {
        var separator = text.AsSpan().IndexOfAny('=', ':');
        var name = separator > 0 ? text[..separator].Trim() : string.Empty;
        if (!IsPrintable(text))
        {
            throw new FormatException($"'{text}' has a character that no header may have: give printable ASCII.");
        }

        if (name.StartsWith("content-", StringComparison.OrdinalIgnoreCase))
        {
            throw new FormatException($"'{text}' is not accepted: the body of a request sets its own {name}.");
        }

        return name.Length > 0 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? new Header(name, text[(separator + 1)..].Trim())
            : throw new FormatException($"'{text}' is not a header such as x-tenant=blue.");
    }

    /// <summary>Reads a key; the message does not repeat it.</summary>
    /// <param name="source">The option or environment variable that holds it.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="FormatException">It cannot be sent.</exception>
    public static string Key(string source, string key) =>
        IsPrintable(key) ? key : throw new FormatException($"{source} has a character that no header may have: give printable ASCII.");

    /// <summary>Whether a text may stand in a header: what the transport would refuse later is refused at once.</summary>
    public static bool IsPrintable(string text) => text.All(static c => c is >= ' ' and <= '~' or '\t');
}
