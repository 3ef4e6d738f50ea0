namespace HalfFull.Cli.Options;

/// <summary>Refuses one file for two outputs.</summary>
internal static class OutputPaths
{
    /// <summary>Checks the paths of <c>--json</c> and <c>--records</c>.</summary>
    /// <exception cref="FormatException">Both name the same file.</exception>
    public static void Check(string? json, string? records)
    {
        if (json is not null && records is not null && string.Equals(Path.GetFullPath(json), Path.GetFullPath(records), StringComparison.Ordinal))
        {
            throw new FormatException($"--json and --records both name '{records}'; give two files.");
        }
    }
}
