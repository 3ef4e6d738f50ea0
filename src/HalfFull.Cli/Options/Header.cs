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
        return name.Length > 0 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? new Header(name, text[(separator + 1)..].Trim())
            : throw new FormatException($"'{text}' is not a header such as x-tenant=blue.");
    }
}
