using System.Reflection;
using System.Text;

namespace HalfFull;

/// <summary>The parts of pages, embedded when a project was built: our own modules and styles, and the charts that npm fetched.</summary>
/// <param name="assembly">The assembly that holds them.</param>
internal sealed class WebParts(Assembly assembly)
{
    /// <summary>The text of a part.</summary>
    public string Text(string name)
    {
        using var stream = assembly.GetManifestResourceStream($"web/{name}")
            ?? throw new InvalidOperationException($"The page part '{name}' is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>
    /// Several modules as one, each after those it needs: a page that opens from disk cannot import files. Imports are one line each and fall away, what is
    /// exported becomes a name of the one module; no name may be used twice.
    /// </summary>
    public string Module(IEnumerable<string> names)
    {
        var module = new StringBuilder();
        foreach (var line in names.SelectMany(name => Text(name).Split('\n')))
        {
            if (!line.StartsWith("import ", StringComparison.Ordinal))
            {
                module.Append(line.StartsWith("export ", StringComparison.Ordinal) ? line["export ".Length..] : line).Append('\n');
            }
        }

        return module.ToString();
    }
}
