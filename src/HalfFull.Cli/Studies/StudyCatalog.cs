namespace HalfFull.Cli.Studies;

/// <summary>The studies by name.</summary>
internal static class StudyCatalog
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IStudy> All { get; } = [new SurveyStudy(), new RoutingStudy()];

    /// <summary>Their names, as a phrase for errors and help.</summary>
    public static string Names => string.Join(", ", All.Select(static study => study.Name));

    /// <summary>The study of a name.</summary>
    /// <exception cref="FormatException">There is none; the message names those that exist.</exception>
    public static IStudy Parse(string name) => All.FirstOrDefault(study => string.Equals(study.Name, name, StringComparison.Ordinal))
        ?? throw new FormatException($"--preset '{name}' is no study: give {Names}.");
}
