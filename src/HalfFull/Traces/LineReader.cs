using System.Buffers;

namespace HalfFull.Traces;

/// <summary>Splits a stream into lines in one pooled buffer; a line is valid until the next is read.</summary>
internal sealed class LineReader(Stream stream, bool joinQuotedLines) : IDisposable
{
    /// <summary>No real record is longer; it bounds the memory that a file without line ends can take.</summary>
    public const int MaxLineBytes = 64 << 20;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
    private int start;
    private int end;
    private long linesTaken;

    /// <summary>Number, from 1, of the first line of the last record read.</summary>
    public long Line { get; private set; }

    /// <summary>Bytes taken from the stream.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Reads the next record without its line end; false at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The record exceeds <see cref="MaxLineBytes"/>.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        Line = linesTaken + 1;
        var searched = 0;
        var quotes = 0;
        while (true)
        {
            var unseen = buffer.AsSpan(start + searched, end - start - searched);
            var at = unseen.IndexOf((byte)'\n');
            if (at < 0)
            {
                if (Fill())
                {
                    continue;
                }

                return TakeLast(out line);
            }

            linesTaken++;
            quotes += joinQuotedLines ? unseen[..at].Count((byte)'"') : 0;
            searched += at + 1;
            if ((quotes & 1) == 0)
            {
                line = WithoutMark(buffer.AsSpan(start, searched - 1).TrimEnd((byte)'\r'));
                start += searched;
                return true;
            }
        }
    }

    /// <summary>Returns the buffer and closes the stream.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        start = end = 0;
        stream.Dispose();
    }

    private bool TakeLast(out ReadOnlySpan<byte> line)
    {
        line = WithoutMark(buffer.AsSpan(start, end - start).TrimEnd((byte)'\r'));
        var any = end > start;
        start = end;
        linesTaken++;
        return any;
    }

    private ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> line) =>
        Line == 1 && line.StartsWith(ByteOrderMark) ? line[ByteOrderMark.Length..] : line;

    private bool Fill()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        if (end == buffer.Length)
        {
            if (end >= MaxLineBytes)
            {
                throw new InvalidDataException("the line is longer than 64 MiB");
            }

            var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
            buffer.AsSpan(0, end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        var read = stream.Read(buffer, end, buffer.Length - end);
        end += read;
        BytesRead += read;
        return read > 0;
    }
}
