using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace HalfFull.Gateway.Http;

/// <summary>A request body in one rented buffer, which goes back when its owner has let go and nobody reads it any more.</summary>
internal sealed class PooledBody : IDisposable
{
    private byte[] buffer;
    private int users = 1;
    private int isOwned = 1;

    private PooledBody(byte[] buffer, int length)
    {
        this.buffer = buffer;
        Length = length;
    }

    /// <summary>Bytes of the body.</summary>
    public int Length { get; }

    /// <summary>The body.</summary>
    public ReadOnlySpan<byte> Span => buffer.AsSpan(0, Length);

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Memory => buffer.AsMemory(0, Length);

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="RequestRefusedException">It is larger than <paramref name="mostBytes"/>.</exception>
    public static async Task<PooledBody> ReadAsync(HttpRequest request, int mostBytes, CancellationToken cancellation)
    {
        if (request.ContentLength > mostBytes)
        {
            throw TooLarge(mostBytes);
        }

        var rented = ArrayPool<byte>.Shared.Rent((int)(request.ContentLength ?? 4096));
        var length = 0;
        try
        {
            while (true)
            {
                var read = await request.BodyReader.ReadAsync(cancellation);
                if (length + read.Buffer.Length > mostBytes)
                {
                    throw TooLarge(mostBytes);
                }

                var count = (int)read.Buffer.Length;
                if (length + count > rented.Length)
                {
                    rented = Grow(rented, length, length + count);
                }

                read.Buffer.CopyTo(rented.AsSpan(length));
                length += count;
                request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return new PooledBody(rented, length);
                }
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(rented);
            throw;
        }
    }

    /// <summary>Keeps the buffer until the reader is disposed, whatever its owner does.</summary>
    public Reader Read()
    {
        Interlocked.Increment(ref users);
        return new Reader(this);
    }

    /// <summary>Lets go. Calls after the first have no effect, so that the buffer can go back before an answer that takes minutes has ended.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref isOwned, 0) == 1)
        {
            Leave();
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref users) == 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }
    }

    private static byte[] Grow(byte[] rented, int length, int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, length * 2));
        rented.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(rented);
        return larger;
    }

    private static RequestRefusedException TooLarge(int mostBytes) => new(
        StatusCodes.Status413PayloadTooLarge, "request_too_large", string.Create(CultureInfo.InvariantCulture, $"The request body is larger than the {mostBytes} bytes that are accepted."));

    /// <summary>One use of the buffer; to be disposed exactly once.</summary>
    public readonly struct Reader(PooledBody body) : IDisposable
    {
        /// <summary>The body.</summary>
        public ReadOnlyMemory<byte> Memory => body.Memory;

        /// <inheritdoc/>
        public void Dispose() => body.Leave();
    }
}
