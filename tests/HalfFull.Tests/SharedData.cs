namespace HalfFull.Tests;

/// <summary>Finds the reference data that is not part of the repository: measured samples and production traces.</summary>
public static class SharedData
{
    /// <summary>Folder of the shared data; null when this machine has none.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Full path of a file, for example <c>calibration/step-models.json</c>.</summary>
    public static string PathOf(string file) =>
        Path.Combine(Folder ?? throw new InvalidOperationException("There is no shared data here."), file);

    /// <summary>Why a test that needs the file is skipped; null when the file is there.</summary>
    internal static string? ReasonToSkip(string? file)
    {
        if (Folder is null)
        {
            return "needs the shared data (set HALFFULL_SHARED to its folder)";
        }

        return file is null || File.Exists(PathOf(file)) ? null : $"the shared data has no {file}";
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("HALFFULL_SHARED") is { Length: > 0 } named)
        {
            return Directory.Exists(named) ? named : null;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HalfFull.slnx")))
            {
                var beside = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared"));
                return Directory.Exists(beside) ? beside : null;
            }
        }

        return null;
    }
}
