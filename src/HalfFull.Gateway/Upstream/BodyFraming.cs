namespace HalfFull.Gateway.Upstream;

/// <summary>Finds the body in what comes after a head: so many bytes, chunks (RFC 9112 section 7.1), or everything until the connection ends.</summary>
internal sealed class BodyFraming
{
    private const int LongestLine = 16 << 10;

    private State state;
    private long remaining;
    private int line;

    private BodyFraming(State state, long remaining)
    {
        this.state = state;
        this.remaining = remaining;
    }

    private enum State
    {
        Length,
        Closed,
        Size,
        SizeExtension,
        Data,
        DataEnd,
        Trailer,
        Done,
    }

    /// <summary>Whether the body has ended.</summary>
    public bool IsComplete => state == State.Done;

    /// <summary>Whether the end of the connection is the end of the body.</summary>
    public bool EndsWithConnection => state == State.Closed;

    /// <summary>A body of so many bytes.</summary>
    public static BodyFraming OfLength(long bytes) => new(bytes == 0 ? State.Done : State.Length, bytes);

    /// <summary>A body in chunks.</summary>
    public static BodyFraming Chunked() => new(State.Size, 0);

    /// <summary>A body that ends with the connection.</summary>
    public static BodyFraming UntilClosed() => new(State.Closed, 0);

    /// <summary>Moves the body's bytes among those that came to their front.</summary>
    /// <param name="bytes">What came.</param>
    /// <param name="hasMore">Whether bytes came that lie behind the body's end.</param>
    /// <returns>Bytes of the body.</returns>
    /// <exception cref="HttpRequestException">They are no chunks.</exception>
    public int Decode(Span<byte> bytes, out bool hasMore)
    {
        var (at, kept) = (0, 0);
        while (at < bytes.Length && state != State.Done)
        {
            if (state is State.Length or State.Data or State.Closed)
            {
                var count = state == State.Closed ? bytes.Length - at : (int)Math.Min(remaining, bytes.Length - at);
                if (kept != at)
                {
                    bytes.Slice(at, count).CopyTo(bytes[kept..]);
                }

                at += count;
                kept += count;
                Took(count);
            }
            else
            {
                Next(bytes[at++]);
            }
        }

        hasMore = at < bytes.Length;
        return kept;
    }

    private static HttpRequestException Invalid() => new(HttpRequestError.InvalidResponse, "The answer's chunks are damaged.");

    private static int Hex(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };

    private void Took(int count)
    {
        if (state != State.Closed && (remaining -= count) == 0)
        {
            line = 0;
            state = state == State.Length ? State.Done : State.DataEnd;
        }
    }

    /// <summary>One byte of what stands around the chunks; <see cref="line"/> counts those of the line so far, without its end.</summary>
    private void Next(byte value)
    {
        switch (state)
        {
            case State.Size when Hex(value) is var digit and >= 0 && remaining <= long.MaxValue >> 5:
                remaining = (remaining << 4) + digit;
                line++;
                break;
            case State.Size when line > 0 && value is (byte)';' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
            case State.SizeExtension:
                EndSize(value);
                break;
            case State.DataEnd when value == '\r' && line == 0:
                line = 1;
                break;
            case State.DataEnd when value == '\n':
                (state, remaining, line) = (State.Size, 0, 0);
                break;
            case State.Trailer:
                EndTrailer(value);
                break;
            default:
                throw Invalid();
        }
    }

    private void EndSize(byte value)
    {
        if (line == 0 || ++line > LongestLine)
        {
            throw Invalid();
        }

        if (value == '\n')
        {
            (state, line) = (remaining > 0 ? State.Data : State.Trailer, 0);
        }
        else
        {
            state = State.SizeExtension;
        }
    }

    private void EndTrailer(byte value)
    {
        if (value == '\n')
        {
            (state, line) = (line == 0 ? State.Done : State.Trailer, 0);
        }
        else if (value != '\r' && ++line > LongestLine)
        {
            throw Invalid();
        }
    }
}
