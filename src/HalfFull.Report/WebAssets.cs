using System.Text;

namespace HalfFull.Report;

/// <summary>The parts of pages, embedded when this project was built: our own modules and styles, and the charts that npm fetched.</summary>
internal static class WebAssets
{
    /// <summary>The text of a part.</summary>
    public static string Text(string name)
    {
        using var stream = typeof(WebAssets).Assembly.GetManifestResourceStream($"web/{name}")
            ?? throw new InvalidOperationException($"The page part '{name}' is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>
    /// Several modules as one, each after those it needs: a page that opens from disk cannot import files. Imports are one line each and fall away, what is
    /// exported becomes a name of the one module; no name may be used twice.
    /// </summary>
    public static string Module(IEnumerable<string> names)
    {
        var module = new StringBuilder();
        foreach (var line in names.SelectMany(static name => Text(name).Split('\n')))
        {
            if (!line.StartsWith("import ", StringComparison.Ordinal))
            {
                module.Append(line.StartsWith("export ", StringComparison.Ordinal) ? line["export ".Length..] : line).Append('\n');
            }
        }

        return module.ToString();
    }
}
