using System.Globalization;
using HalfFull.Policies;

namespace HalfFull.Cli.Options;

/// <summary>Settings of <c>serve</c> in the environment, <c>HALFFULL_…</c>: they win over the configuration file, and the command line wins over them.</summary>
internal static class EnvironmentText
{
    private const string Prefix = "HALFFULL_";

    /// <summary>The port; null when it is not set.</summary>
    public static int? Port => Of("PORT", static text => text) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65_535 ? port
        : throw new FormatException($"{Prefix}PORT={text} is not accepted: give a whole number from 0 to 65535.");

    /// <summary>A setting, read; null when it is not set.</summary>
    /// <exception cref="FormatException">It is not accepted.</exception>
    public static T? Of<T>(string name, Func<string, T> read)
        where T : class
    {
        if (Environment.GetEnvironmentVariable(Prefix + name) is not { Length: > 0 } text)
        {
            return null;
        }

        try
        {
            return read(text);
        }
        catch (Exception error) when (error is FormatException or PolicyException)
        {
            throw new FormatException($"{Prefix}{name}: {error.Message}", error);
        }
    }
}
