using HalfFull.Gateway.OpenAi;
using HalfFull.Traces.Decisions;

namespace HalfFull.Gateway.Logging;

/// <summary>The files that a gateway writes in the folder of its log. Used by one thread at a time.</summary>
internal sealed class LogFiles : IDisposable
{
    private const string LockName = "lock";
    private const string SaltName = "salt";
    private readonly LogOptions options;
    private readonly FileStream folderLock;
    private readonly int firstNumber;
    private readonly Queue<string> kept;
    private readonly byte[] header = new byte[LogFile.HeaderBytes];
    private FileStream? file;

    /// <summary>Takes the folder.</summary>
    /// <exception cref="IOException">It cannot be made or written, or another gateway writes there.</exception>
    public LogFiles(LogOptions options)
    {
        this.options = options;
        try
        {
            Directory.CreateDirectory(options.Folder);
            folderLock = Lock(Path.Combine(options.Folder, LockName));
            Salt = ReadSalt(Path.Combine(options.Folder, SaltName));
            var files = Directory.GetFiles(options.Folder, LogFile.Pattern).Where(name => LogFile.Number(name) is not null).OrderBy(name => LogFile.Number(name)).ToArray();
            kept = new Queue<string>(files);
            firstNumber = files.Length > 0 ? LogFile.Number(files[^1])!.Value + 1 : 1;
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"'{options.Folder}' cannot be written: {error.Message}", error);
        }
    }

    /// <summary>The secret of this folder's hashes.</summary>
    public PrefixSalt Salt { get; }

    /// <summary>Writes a block.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written any more.</exception>
    public void Write(LogBlock block)
    {
        if (block.StartsFile is { } index)
        {
            Close();
            var path = Path.Combine(options.Folder, LogFile.Name(firstNumber + index));
            file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, 1 << 17);
            file.Write(LogFile.Signature);
            kept.Enqueue(path);
        }

        var content = block.Content.Written;
        LogFile.WriteHeader(header, content, block.Records);
        file!.Write(header);
        file.Write(content);
        file.Flush();
        while (kept.Count > (options.KeepFiles ?? int.MaxValue))
        {
            File.Delete(kept.Dequeue());
        }
    }

    /// <summary>Gives the current file up.</summary>
    public void Close()
    {
        var closing = file;
        file = null;
        closing?.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Close();
        }
        finally
        {
            folderLock.Dispose();
        }
    }

    private FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw new IOException($"'{options.Folder}' is in use: another gateway writes its log there.", error);
        }
    }

    private static PrefixSalt ReadSalt(string path)
    {
        if (!File.Exists(path))
        {
            var bytes = System.Security.Cryptography.RandomNumberGenerator.GetBytes(PrefixSalt.ByteCount);
            var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var output = new FileStream(path, creation);
            output.Write(bytes);
            return PrefixSalt.Of(bytes);
        }

        var known = File.ReadAllBytes(path);
        return known.Length == PrefixSalt.ByteCount
            ? PrefixSalt.Of(known)
            : throw new IOException($"'{path}' holds {known.Length} bytes, but a salt has {PrefixSalt.ByteCount}; delete it, and hashes begin anew.");
    }
}
