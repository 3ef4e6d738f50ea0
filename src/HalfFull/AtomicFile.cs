namespace HalfFull;

/// <summary>
/// An output file that appears whole or not at all: bytes go to a temporary name in the same folder, <see cref="Commit"/> renames it,
/// and disposing without a commit deletes it. A link is followed; a device such as <c>/dev/stdout</c> is written in place.
/// </summary>
public sealed class AtomicFile : IDisposable
{
    private readonly string target;
    private readonly string? temporary;
    private bool closed;

    /// <summary>Opens the temporary file.</summary>
    /// <exception cref="IOException">The folder does not exist, the path is a folder, or the file cannot be created; the message names the path.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written; the message names the path.</exception>
    public AtomicFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (IsDevice(path))
        {
            target = path;
            Stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            return;
        }

        target = Path.GetFullPath((File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? path);
        var folder = Path.GetDirectoryName(target);
        if (Directory.Exists(target) || !Directory.Exists(folder))
        {
            throw new IOException(Directory.Exists(target)
                ? $"'{path}' is a folder, not a file that can be written."
                : $"'{path}' cannot be written: its folder does not exist.");
        }

        temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}.tmp");
        try
        {
            Stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new UnauthorizedAccessException($"'{path}' cannot be written: access to its folder is denied.", denied);
        }
    }

    /// <summary>Where the content is written; closed by <see cref="Commit"/>.</summary>
    public Stream Stream { get; }

    /// <summary>Closes the file and gives it its name, replacing what had that name before.</summary>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(closed, this);
        Stream.Dispose();
        if (temporary is not null)
        {
            File.Move(temporary, target, overwrite: true);
        }

        closed = true;
    }

    /// <summary>Deletes the temporary file unless it was committed.</summary>
    public void Dispose()
    {
        if (closed)
        {
            return;
        }

        closed = true;
        try
        {
            Stream.Dispose();
        }
        finally
        {
            if (temporary is not null)
            {
                File.Delete(temporary);
            }
        }
    }

    // A rename over a device would replace it by a file; shared memory under /dev holds ordinary files.
    private static bool IsDevice(string path)
    {
        var full = Path.GetFullPath(path);
        return !OperatingSystem.IsWindows() && full.StartsWith("/dev/", StringComparison.Ordinal)
            && !full.StartsWith("/dev/shm/", StringComparison.Ordinal);
    }
}
