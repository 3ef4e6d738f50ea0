using System.Buffers;

namespace HalfFull.Load.OpenAi;

/// <summary>
/// Splits a stream of server-sent events into the data of its events. Bytes may be cut anywhere, inside a character or a line end too;
/// lines may end in LF, CR LF or CR; comments and other fields are skipped; several data lines of an event are joined by LF.
/// </summary>
/// <remarks>Allocates nothing per event: data are a view of the pooled buffer that was read into.</remarks>
internal sealed class SseReader : IDisposable
{
    /// <summary>An event that is longer than this is no answer of a language model.</summary>
    public const int LongestEvent = 16 << 20;

    private const int InitialBytes = 4096;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private byte[] joined = [];
    private int start;     // first byte that was not consumed
    private int scanned;   // no line end between start and here
    private int end;       // end of the bytes read
    private int joinedBytes;
    private int dataLines;
    private int lineStart;
    private int lineLength = -1; // of the data line that is a view of the buffer; -1 when there is none
    private bool skipLineFeed;
    private bool atStart = true;
    private bool isError;

    /// <summary>Whether the event that was read last is named <c>error</c>.</summary>
    public bool IsErrorEvent { get; private set; }

    /// <summary>Room to read into; what was read before stays valid only until this is called.</summary>
    /// <exception cref="InvalidDataException">An event is longer than <see cref="LongestEvent"/>.</exception>
    public Memory<byte> GetMemory()
    {
        KeepPendingLine();
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (scanned, end, start) = (scanned - start, end - start, 0);
        }

        if (end == buffer.Length)
        {
            if (buffer.Length >= LongestEvent)
            {
                throw new InvalidDataException($"An event is longer than {LongestEvent} bytes.");
            }

            var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
            buffer.AsSpan(0, end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        return buffer.AsMemory(end);
    }

    /// <summary>Says how many bytes were read into the memory.</summary>
    public void Advance(int bytes) => end += bytes;

    /// <summary>The data of the next complete event; false when more bytes are needed. Valid until the next call.</summary>
    public bool TryRead(out ReadOnlySpan<byte> data)
    {
        while (TryReadLine(out var from, out var length))
        {
            if (length > 0)
            {
                Field(from, length);
            }
            else if (TryDispatch(out data))
            {
                return true;
            }
        }

        data = default;
        return false;
    }

    /// <summary>
    /// The data of an event that the end of the stream cut short of its blank line; servers that close right after <c>[DONE]</c> leave one.
    /// </summary>
    public bool TryReadLast(out ReadOnlySpan<byte> data)
    {
        if (end > start)
        {
            Field(start, end - start);
            start = scanned = end;
        }

        return TryDispatch(out data);
    }

    /// <summary>Forgets everything, to read another stream.</summary>
    public void Reset()
    {
        (start, scanned, end, joinedBytes, dataLines, lineLength) = (0, 0, 0, 0, 0, -1);
        (skipLineFeed, atStart, isError, IsErrorEvent) = (false, true, false, false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }
    }

    private bool TryReadLine(out int from, out int length)
    {
        if (skipLineFeed && start < end)
        {
            skipLineFeed = false;
            if (buffer[start] == '\n')
            {
                start++;
                scanned = Math.Max(scanned, start);
            }
        }

        var found = buffer.AsSpan(scanned, end - scanned).IndexOfAny((byte)'\n', (byte)'\r');
        if (found < 0)
        {
            scanned = end;
            (from, length) = (0, 0);
            return false;
        }

        var lineEnd = scanned + found;
        (from, length) = (start, lineEnd - start);
        skipLineFeed = buffer[lineEnd] == '\r';
        start = scanned = lineEnd + 1;
        if (atStart)
        {
            atStart = false;
            if (buffer.AsSpan(from, length).StartsWith("\uFEFF"u8))
            {
                (from, length) = (from + 3, length - 3);
            }
        }

        return true;
    }

    private void Field(int from, int length)
    {
        var line = buffer.AsSpan(from, length);
        if (line.StartsWith("data"u8) && (line.Length == 4 || line[4] == ':'))
        {
            var value = Math.Min(line.Length, 5);
            value += value < line.Length && line[value] == ' ' ? 1 : 0;
            KeepPendingLine();
            (lineStart, lineLength) = (from + value, length - value);
            dataLines++;
        }
        else if (line.StartsWith("event:"u8))
        {
            isError = line[6..].Trim((byte)' ').SequenceEqual("error"u8);
        }
    }

    private bool TryDispatch(out ReadOnlySpan<byte> data)
    {
        (IsErrorEvent, isError) = (isError, false);
        if (dataLines == 0)
        {
            data = default;
            return false;
        }

        if (joinedBytes == 0)
        {
            data = buffer.AsSpan(lineStart, lineLength);
        }
        else
        {
            KeepPendingLine();
            data = joined.AsSpan(0, joinedBytes - 1);
        }

        (dataLines, joinedBytes, lineLength) = (0, 0, -1);
        return true;
    }

    // A data line stays a view of the buffer while it is the only one and the buffer does not move; otherwise it is copied.
    private void KeepPendingLine()
    {
        if (dataLines == 0 || lineLength < 0)
        {
            return;
        }

        if (joined.Length < joinedBytes + lineLength + 1)
        {
            if (joinedBytes + lineLength >= LongestEvent)
            {
                throw new InvalidDataException($"An event is longer than {LongestEvent} bytes.");
            }

            Array.Resize(ref joined, Math.Max(InitialBytes, 2 * (joinedBytes + lineLength + 1)));
        }

        buffer.AsSpan(lineStart, lineLength).CopyTo(joined.AsSpan(joinedBytes));
        joinedBytes += lineLength;
        joined[joinedBytes++] = (byte)'\n';
        lineLength = -1;
    }
}
