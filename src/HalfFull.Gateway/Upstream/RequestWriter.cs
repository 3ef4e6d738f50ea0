using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace HalfFull.Gateway.Upstream;

/// <summary>Writes a request: its head and a short body leave in one packet, a long body straight from its own memory.</summary>
internal sealed class RequestWriter(Socket socket) : Stream
{
    private const int Size = 4 << 10;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(Size);
    private int count;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Writes a whole request.</summary>
    /// <exception cref="HttpRequestException">A header holds a line end, or the body's length is unknown.</exception>
    public async Task WriteAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        WriteHead(request);
        if (request.Content is { } content)
        {
            await content.CopyToAsync(this, cancellation);
        }

        await FlushAsync(cancellation);
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length <= this.buffer.Length - count)
        {
            buffer.Span.CopyTo(this.buffer.AsSpan(count));
            count += buffer.Length;
            return;
        }

        await FlushAsync(cancellationToken);
        await SendAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (count > 0)
        {
            var bytes = buffer.AsMemory(0, count);
            count = 0;
            await SendAsync(bytes, cancellationToken);
        }
    }

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
        var rented = Interlocked.Exchange(ref buffer, []);
        if (rented.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        base.Dispose(disposing);
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellation)..];
        }
    }

    private void WriteHead(HttpRequestMessage request)
    {
        var address = request.RequestUri!;
        Write(request.Method.Method);
        Write(" ");
        Write(address.PathAndQuery);
        Write(" HTTP/1.1\r\nHost: ");
        Write(address.IsDefaultPort ? address.IdnHost : address.Authority);
        Write("\r\n");
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            WriteHeader(name, values);
        }

        if (request.Content is { } content)
        {
            var length = content.Headers.ContentLength
                ?? throw new HttpRequestException(HttpRequestError.Unknown, "A request whose length is unknown cannot be sent.");
            Write("Content-Length: ");
            Write(length.ToString(CultureInfo.InvariantCulture));
            Write("\r\n");
            foreach (var (name, values) in content.Headers.NonValidated)
            {
                if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                {
                    WriteHeader(name, values);
                }
            }
        }

        Write("\r\n");
    }

    private void WriteHeader(string name, System.Net.Http.Headers.HeaderStringValues values)
    {
        foreach (var value in values)
        {
            if (value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            {
                throw new HttpRequestException(HttpRequestError.Unknown, $"The request header {name} holds a line end.");
            }

            Write(name);
            Write(": ");
            Write(value);
            Write("\r\n");
        }
    }

    private void Write(string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most > buffer.Length - count)
        {
            var larger = ArrayPool<byte>.Shared.Rent((count + most) * 2);
            buffer.AsSpan(0, count).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        count += Encoding.UTF8.GetBytes(text, buffer.AsSpan(count));
    }
}
