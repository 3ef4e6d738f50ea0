using System.Net.Sockets;

namespace HalfFull.Gateway.Upstream;

/// <summary>
/// The body of an answer. Its connection is kept once the body has been read to its end; disposed before that, it closes the connection, which tells the server at once.
/// </summary>
internal sealed class PlainBody(PlainConnection connection, BodyFraming framing, bool keepsOpen) : Stream
{
    private PlainConnection? open = connection;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="HttpIOException">The connection ended before the body, or its framing is damaged.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (open is { } current)
        {
            var read = await ReceiveAsync(current, buffer, cancellationToken);
            if (buffer.IsEmpty)
            {
                return 0; // whoever asks for nothing only waits
            }

            if (read == 0 && !framing.EndsWithConnection)
            {
                throw new HttpIOException(HttpRequestError.ResponseEnded, "The connection was cut in the body of the answer.");
            }

            var count = Decode(current, buffer.Span[..read]);
            if (count > 0)
            {
                return count;
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Interlocked.Exchange(ref open, null)?.Dispose();
        base.Dispose(disposing);
    }

    private static async ValueTask<int> ReceiveAsync(PlainConnection from, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await from.ReceiveAsync(buffer, cancellation);
        }
        catch (SocketException error)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The connection was cut in the body of the answer.", error);
        }
    }

    private int Decode(PlainConnection from, Span<byte> bytes)
    {
        int count;
        bool hasMore;
        try
        {
            count = framing.Decode(bytes, out hasMore);
        }
        catch (HttpRequestException error)
        {
            throw new HttpIOException(HttpRequestError.InvalidResponse, error.Message, error);
        }

        if (framing.IsComplete || bytes.IsEmpty)
        {
            open = null;
            from.Ended(keepsOpen && framing.IsComplete && !hasMore);
        }

        return count;
    }
}
