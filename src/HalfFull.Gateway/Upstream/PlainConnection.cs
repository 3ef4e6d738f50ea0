using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace HalfFull.Gateway.Upstream;

/// <summary>One connection, which carries one request at a time. It has a buffer only while bytes of an answer wait in it.</summary>
internal sealed class PlainConnection : IDisposable
{
    private const int FirstHead = 4 << 10;
    private const int LargestHead = 64 << 10;

    private readonly Socket socket;
    private readonly IdleConnections idle;
    private byte[] buffer = [];
    private int start;
    private int end;

    private PlainConnection(Socket socket, Origin origin, IdleConnections idle)
    {
        this.socket = socket;
        this.idle = idle;
        Origin = origin;
    }

    /// <summary>Where it goes.</summary>
    public Origin Origin { get; }

    /// <summary>Whether nothing has come on an idle connection: what comes is its end, or something that belongs to no request.</summary>
    public bool IsQuiet
    {
        get
        {
            try
            {
                return !socket.Poll(0, SelectMode.SelectRead);
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }

    /// <summary>Connects.</summary>
    /// <exception cref="HttpRequestException">Nothing answers there in time.</exception>
    public static async Task<PlainConnection> OpenAsync(Origin origin, TimeSpan timeout, IdleConnections idle, CancellationToken cancellation)
    {
        EndPoint place = IPAddress.TryParse(origin.Host, out var address) ? new IPEndPoint(address, origin.Port) : new DnsEndPoint(origin.Host, origin.Port);
        var opened = address is null ? new Socket(SocketType.Stream, ProtocolType.Tcp) : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            opened.NoDelay = true;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(timeout);
            await opened.ConnectAsync(place, limit.Token);
            return new PlainConnection(opened, origin, idle);
        }
        catch (Exception error) when (error is SocketException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            opened.Dispose();
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"No connection to {origin.Host}:{origin.Port}.", error);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and reads the head of its answer; the answer's content reads the rest.</summary>
    /// <exception cref="UnusedConnectionException">The connection ended before one byte came back.</exception>
    /// <exception cref="HttpRequestException">What came back is no HTTP, or ended inside the head.</exception>
    /// <exception cref="SocketException">The connection broke inside the head.</exception>
    public async Task<HttpResponseMessage> ExchangeAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            using (var writer = new RequestWriter(socket))
            {
                await writer.WriteAsync(request, cancellation);
            }

            // An answer may be minutes away: nothing is held for it.
            await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellation);
            buffer = ArrayPool<byte>.Shared.Rent(FirstHead);
            start = 0;
            end = await socket.ReceiveAsync(buffer, SocketFlags.None, cancellation);
        }
        catch (SocketException error)
        {
            throw new UnusedConnectionException(error);
        }

        if (end == 0)
        {
            throw new UnusedConnectionException();
        }

        var head = await ReadHeadAsync(cancellation);
        var response = head.Response;
        response.RequestMessage = request;
        var framing = head.FramingFor(request.Method);
        if (framing.IsComplete)
        {
            Ended(head.KeepsOpen);
            return response;
        }

        head.Content.Body = new PlainBody(this, framing, head.KeepsOpen);
        return response;
    }

    /// <summary>Takes what has come of the answer, and waits when nothing has.</summary>
    /// <returns>Bytes taken; 0 when the connection has ended.</returns>
    public async ValueTask<int> ReceiveAsync(Memory<byte> destination, CancellationToken cancellation)
    {
        var buffered = end - start;
        if (buffered == 0)
        {
            return await socket.ReceiveAsync(destination, SocketFlags.None, cancellation);
        }

        var count = Math.Min(buffered, destination.Length);
        buffer.AsSpan(start, count).CopyTo(destination.Span);
        start += count;
        if (start == end)
        {
            ReturnBuffer();
        }

        return count;
    }

    /// <summary>The answer has been read to its end: the connection is kept, or closed when it cannot carry another.</summary>
    public void Ended(bool keepsOpen)
    {
        if (keepsOpen && start == end)
        {
            ReturnBuffer();
            idle.Put(this);
        }
        else
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        socket.Dispose();
        ReturnBuffer();
    }

    private async Task<ResponseHead> ReadHeadAsync(CancellationToken cancellation)
    {
        var searched = 0;
        while (true)
        {
            while (ResponseHead.FindEnd(buffer.AsSpan(start, end - start), searched) is var length and > 0)
            {
                var head = ResponseHead.Parse(buffer.AsSpan(start, length));
                start += length;
                searched = 0;
                if (head is not null)
                {
                    if (start == end)
                    {
                        ReturnBuffer();
                    }

                    return head;
                }
            }

            searched = end - start;
            MakeRoom();
            var read = await socket.ReceiveAsync(buffer.AsMemory(end), SocketFlags.None, cancellation);
            if (read == 0)
            {
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was cut in the head of the answer.");
            }

            end += read;
        }
    }

    private void MakeRoom()
    {
        if (end < buffer.Length)
        {
            return;
        }

        if (end - start >= LargestHead)
        {
            throw new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded, "The head of the answer is larger than 64 KB.");
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstHead, (end - start) * 2));
        buffer.AsSpan(start, end - start).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        (buffer, end, start) = (larger, end - start, 0);
    }

    private void ReturnBuffer()
    {
        var rented = Interlocked.Exchange(ref buffer, []);
        start = end = 0;
        if (rented.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
