namespace HalfFull.Report.Tests;

/// <summary>Where a browser is: the path that <c>HALFFULL_CHROMIUM</c> names, or the one that is installed.</summary>
internal static class Chromium
{
    internal static string? Path { get; } = Find();

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("HALFFULL_CHROMIUM") is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : throw new FileNotFoundException($"HALFFULL_CHROMIUM names '{named}', which does not exist.");
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(System.IO.Path.PathSeparator);
        return folders.SelectMany(folder => ((string[])["chromium", "chromium-browser", "google-chrome"]).Select(name => System.IO.Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
