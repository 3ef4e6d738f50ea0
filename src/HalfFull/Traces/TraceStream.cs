using System.IO.Compression;

namespace HalfFull.Traces;

/// <summary>Opens a trace file as text bytes, decompressing it when it starts as gzip does, whatever its name.</summary>
internal static class TraceStream
{
    /// <summary>The file's text from its beginning.</summary>
    /// <exception cref="TraceException">The file is missing, unreadable or no regular file.</exception>
    public static Stream Open(string path)
    {
        var file = OpenFile(path);
        Span<byte> magic = stackalloc byte[2];
        var read = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
        file.Position = 0;
        return read == 2 && magic is [0x1F, 0x8B] ? new CheckedGZipStream(file) : file;
    }

    /// <summary>The file's bytes as they lie on the disk.</summary>
    /// <exception cref="TraceException">The file is missing, unreadable or no regular file.</exception>
    public static FileStream OpenFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw new TraceException($"{path} is a directory; give a trace file.");
        }

        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
            return file.CanSeek ? file : throw new TraceException($"{path} is a pipe; save it to a file first, because a trace is read more than once.");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TraceException($"{path} does not exist.", error);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException and not TraceException)
        {
            throw new TraceException($"{path} cannot be opened: {error.Message}", error);
        }
        finally
        {
            if (file is { CanSeek: false })
            {
                file.Dispose();
            }
        }
    }
}
