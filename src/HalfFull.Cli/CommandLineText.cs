namespace HalfFull.Cli;

/// <summary>The command line as a user would type it again.</summary>
internal static class CommandLineText
{
    /// <summary>The program's name and its arguments, quoted where a shell needs it.</summary>
    public static string Of(IEnumerable<string> args) => string.Join(' ', args.Select(Quote).Prepend("halffull"));

    private static string Quote(string arg) =>
        arg.Length > 0 && arg.All(c => char.IsAsciiLetterOrDigit(c) || "-_=:,.@/+%".Contains(c, StringComparison.Ordinal))
            ? arg
            : $"'{arg.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
