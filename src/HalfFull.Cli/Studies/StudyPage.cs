using System.Text;

namespace HalfFull.Cli.Studies;

/// <summary>
/// A page of the documentation of which some parts are generated. A part lies between two marker lines that carry its name; everything else belongs to
/// whoever writes the page and is kept as it is.
/// </summary>
internal sealed class StudyPage
{
    private readonly string path;
    private readonly IStudy study;

    private StudyPage(string path, IStudy study)
    {
        this.path = path;
        this.study = study;
    }

    /// <summary>Checks that the page can take the parts of a study, before hours are spent on them; null when no page is asked for.</summary>
    /// <exception cref="InvalidDataException">The page lacks the markers of a part.</exception>
    /// <exception cref="IOException">The page cannot be read.</exception>
    public static StudyPage? Open(string? path, IStudy study)
    {
        if (path is null)
        {
            return null;
        }

        using (new AtomicFile(path))
        {
            // Its folder can be written to; nothing is committed.
        }

        var page = new StudyPage(path, study);
        _ = page.With([.. study.Parts.Select(static _ => string.Empty)]);
        return page;
    }

    /// <summary>All parts one after the other, for a screen or a new page.</summary>
    public static string Whole(IStudy study, IReadOnlyList<string> parts)
    {
        var text = new StringBuilder("# ").Append(study.Title).Append('\n');
        for (var i = 0; i < parts.Count; i++)
        {
            text.Append('\n').Append(Begin(study.Parts[i])).Append('\n').Append(parts[i].Trim('\n')).Append('\n').Append(End(study.Parts[i])).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Replaces the generated parts.</summary>
    public void Commit(IReadOnlyList<string> parts)
    {
        var text = With(parts);
        using var file = new AtomicFile(path);
        file.Stream.Write(Encoding.UTF8.GetBytes(text));
        file.Commit();
    }

    private static string Begin(string part) => $"<!-- generated part {part}: begin -->";

    private static string End(string part) => $"<!-- generated part {part}: end -->";

    private string With(IReadOnlyList<string> parts)
    {
        if (!File.Exists(path))
        {
            return Whole(study, parts);
        }

        var text = File.ReadAllText(path);
        for (var i = 0; i < parts.Count; i++)
        {
            var (begin, end) = (Begin(study.Parts[i]), End(study.Parts[i]));
            var from = text.IndexOf(begin, StringComparison.Ordinal);
            var to = from < 0 ? -1 : text.IndexOf(end, from, StringComparison.Ordinal);
            if (to < 0 || text.IndexOf(begin, from + 1, StringComparison.Ordinal) >= 0)
            {
                throw new InvalidDataException($"{path} must hold once the lines '{begin}' and '{end}', between which that part goes; put them where it belongs, or name a file that does not exist.");
            }

            text = $"{text[..(from + begin.Length)]}\n{parts[i].Trim('\n')}\n{text[to..]}";
        }

        return text;
    }
}
