namespace HalfFull.Cli.Options;

/// <summary>Refuses one file for two outputs.</summary>
internal static class OutputPaths
{
    /// <summary>Checks the paths of several options; null is an option that was not given.</summary>
    /// <exception cref="FormatException">Two name the same file.</exception>
    public static void Check(params ReadOnlySpan<(string Option, string? Path)> outputs)
    {
        for (var i = 0; i < outputs.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (outputs[i].Path is { } path && outputs[j].Path is { } other && string.Equals(Path.GetFullPath(other), Path.GetFullPath(path), StringComparison.Ordinal))
                {
                    throw new FormatException($"{outputs[j].Option} and {outputs[i].Option} both name '{path}'; give two files.");
                }
            }
        }
    }
}
