using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HalfFull.Gateway.Tests.Upstream;

/// <summary>A server that answers byte by byte as a test says; it counts connections and keeps what it was sent.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Task accepting;
    private int connections;

    /// <param name="serve">Serves one connection, the first of which is 0; it is closed afterwards.</param>
    internal ScriptedServer(Func<int, Socket, Task> serve)
    {
        listener.Start(1000);
        accepting = AcceptAsync(serve);
    }

    internal Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    internal int Connections => Volatile.Read(ref connections);

    /// <summary>Reads one request: its head, and as much body as its length says.</summary>
    /// <returns>The request; empty when the client has closed.</returns>
    internal static async Task<string> ReadRequestAsync(Socket socket)
    {
        var bytes = new List<byte>();
        var buffer = new byte[8192];
        while (true)
        {
            var text = Encoding.UTF8.GetString([.. bytes]);
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head >= 0)
            {
                var line = text.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
                var length = line is null ? 0 : int.Parse(line.AsSpan(15), System.Globalization.CultureInfo.InvariantCulture);
                if (bytes.Count >= Encoding.UTF8.GetByteCount(text[..head]) + 4 + length)
                {
                    return text;
                }
            }

            var read = await socket.ReceiveAsync(buffer);
            if (read == 0)
            {
                return string.Empty;
            }

            bytes.AddRange(buffer.AsSpan(0, read));
        }
    }

    internal static async Task SendAsync(Socket socket, string text) => await socket.SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Answers every request of a connection with the same text.</summary>
    internal static async Task AnswerAll(Socket socket, string answer)
    {
        while ((await ReadRequestAsync(socket)).Length > 0)
        {
            await SendAsync(socket, answer);
        }
    }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await accepting;
        listener.Dispose();
    }

    private async Task AcceptAsync(Func<int, Socket, Task> serve)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                _ = ServeAsync(serve, Interlocked.Increment(ref connections) - 1, socket);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task ServeAsync(Func<int, Socket, Task> serve, int number, Socket socket)
    {
        using (socket)
        {
            try
            {
                await serve(number, socket);
            }
            catch (SocketException)
            {
                // The client cut the connection, as some tests want.
            }
        }
    }
}
