namespace HalfFull.Traces.Decisions;

/// <summary>Reads one file of a decision log.</summary>
internal static class LogFileReader
{
    /// <summary>Reads a file up to a length and tells a visitor.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Bytes of it to read: a running gateway may be adding more.</param>
    /// <param name="visitor">Is told.</param>
    /// <exception cref="TraceException">It cannot be read.</exception>
    public static LogFileEnd Read(string path, long length, IDecisionVisitor visitor)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
            return Read(file, path, length, new DecisionDecoder(visitor));
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException and not TraceException)
        {
            throw new TraceException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static LogFileEnd Read(FileStream file, string path, long length, DecisionDecoder decoder)
    {
        Span<byte> header = stackalloc byte[LogFile.HeaderBytes];
        var signature = LogFile.Signature;
        if (file.ReadAtLeast(header[..signature.Length], signature.Length, throwOnEndOfStream: false) < signature.Length)
        {
            return new LogFileEnd(Problem: null, 0, length);
        }

        if (!header[..signature.Length].SequenceEqual(signature))
        {
            return header.StartsWith(signature[..6])
                ? new LogFileEnd($"it has version {header[7]} of the format, and this program reads {LogFile.Version}", 0, 0)
                : new LogFileEnd("it does not begin as a decision log does", 0, 0);
        }

        var content = new byte[1 << 17];
        long offset = signature.Length;
        while (offset < length)
        {
            if (length - offset < LogFile.HeaderBytes)
            {
                return new LogFileEnd(Problem: null, offset, length - offset);
            }

            file.ReadExactly(header);
            if (!LogFile.TryReadHeader(header, out var bytes, out var records, out var checksum))
            {
                return new LogFileEnd("the header of the block is damaged", offset, 0);
            }

            if (length - offset - LogFile.HeaderBytes < bytes)
            {
                return new LogFileEnd(Problem: null, offset, length - offset);
            }

            content = content.Length < bytes ? new byte[bytes] : content;
            file.ReadExactly(content, 0, bytes);
            if (LogFile.Checksum(content.AsSpan(0, bytes)) != checksum)
            {
                return new LogFileEnd("the checksum of the block is wrong", offset, 0);
            }

            try
            {
                decoder.Read(content.AsSpan(0, bytes), records, path, offset);
            }
            catch (Exception error) when (error is InvalidDataException or ArgumentException)
            {
                return new LogFileEnd($"the block has a right checksum and wrong content: {error.Message}", offset, 0);
            }

            offset += LogFile.HeaderBytes + bytes;
        }

        return new LogFileEnd(Problem: null, offset, 0);
    }
}
