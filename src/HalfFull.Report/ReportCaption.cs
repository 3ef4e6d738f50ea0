namespace HalfFull.Report;

/// <summary>What the command line knows and a report repeats.</summary>
/// <param name="Command">The command line.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Setting">Lines about fleet and step times.</param>
public sealed record ReportCaption(string Command, string Version, IReadOnlyList<string> Setting);
