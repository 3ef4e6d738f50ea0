namespace HalfFull.Traces.Decisions;

/// <summary>The files of a decision log, as long as they were when it was opened: a running gateway may go on writing.</summary>
public sealed class DecisionLogFolder
{
    private DecisionLogFolder(string path, LogFileEntry[] files)
    {
        Path = path;
        Files = files;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Its files, oldest first.</summary>
    public IReadOnlyList<LogFileEntry> Files { get; }

    /// <summary>Whether a path is a folder with the files of a decision log.</summary>
    public static bool Exists(string path) => Directory.Exists(path) && Directory.EnumerateFiles(path, LogFile.Pattern).Any(name => LogFile.Number(name) is not null);

    /// <summary>Opens a folder.</summary>
    /// <exception cref="TraceException">It is no folder, or holds no decision log.</exception>
    public static DecisionLogFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
        {
            throw new TraceException(File.Exists(path) ? $"{path} is a file; give the folder of a decision log, as of serve --log." : $"{path} does not exist.");
        }

        try
        {
            var files = Directory.GetFiles(path, LogFile.Pattern).Where(name => LogFile.Number(name) is not null)
                .OrderBy(name => LogFile.Number(name)).Select(name => new LogFileEntry(name, new FileInfo(name).Length)).ToArray();
            return files.Length > 0
                ? new DecisionLogFolder(path, files)
                : throw new TraceException($"{path} is a directory without a decision log; serve --log {path} writes one.");
        }
        catch (UnauthorizedAccessException error)
        {
            throw new TraceException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads a file and tells a visitor of its records.</summary>
    /// <exception cref="TraceException">It cannot be read at all.</exception>
    public static LogFileEnd Read(in LogFileEntry file, IDecisionVisitor visitor) => LogFileReader.Read(file.Path, file.Bytes, visitor);
}
