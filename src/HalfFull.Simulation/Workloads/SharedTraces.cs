namespace HalfFull.Simulation.Workloads;

/// <summary>
/// Finds the production traces that committed figures are made with. They are not part of the repository: they lie in <c>traces/</c> below the folder that
/// <c>HALFFULL_SHARED</c> names, else below a folder <c>shared</c> beside the repository.
/// </summary>
public static class SharedTraces
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "HALFFULL_SHARED";

    /// <summary>Full path of a trace file; null when this machine does not have it.</summary>
    /// <param name="file">Its name, such as <c>azure-2023-conv.csv.gz</c>.</param>
    public static string? Find(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        var folder = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : BesideRepository();
        var path = folder is null ? null : Path.Combine(folder, "traces", file);
        return File.Exists(path) ? path : null;
    }

    private static string? BesideRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HalfFull.slnx")))
            {
                return Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared"));
            }
        }

        return null;
    }
}
