namespace HalfFull.Benchmarks;

/// <summary>Finds the production traces, which are not part of the repository.</summary>
internal static class SharedTraces
{
    /// <summary>Full path of a trace file; null when this machine does not have it.</summary>
    internal static string? Find(string file)
    {
        var folder = Environment.GetEnvironmentVariable("HALFFULL_SHARED") is { Length: > 0 } named ? named : BesideRepository();
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
