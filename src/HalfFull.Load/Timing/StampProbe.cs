using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace HalfFull.Load.Timing;

/// <summary>
/// Measures how late responses are stamped: sends the time to this process over loopback connections, and notes when it was read. The
/// reading goes on where that of a response does: on the thread that saw the socket become ready, behind the responses that it handles
/// first, or on the thread pool where the runtime does not complete inline. A stamping thread that is starved or busy shows here.
/// </summary>
internal sealed class StampProbe : IDisposable
{
    // The runtime spreads sockets over at most this many threads that wait for them, one for each processor.
    private const int MostConnections = 16;
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(1);

    private readonly Action<TimeSpan> stamped;
    private readonly List<Socket> writers = [];
    private readonly List<Socket> readers = [];
    private readonly List<Task> reading = [];
    private readonly byte[] message = new byte[sizeof(long)];
    private bool closed;

    /// <summary>Opens the connections, one for each thread that may stamp.</summary>
    /// <param name="stamped">Told the delay of each message, on the stamping thread, so that calls may overlap.</param>
    public StampProbe(Action<TimeSpan> stamped)
    {
        this.stamped = stamped;
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        for (var i = 0; i < Math.Min(Environment.ProcessorCount, MostConnections); i++)
        {
            var writer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            writers.Add(writer);
            writer.Connect(listener.LocalEndPoint!);
            var reader = listener.Accept();
            readers.Add(reader);
            reading.Add(ReadAsync(reader));
        }
    }

    /// <summary>Sends the time over each connection.</summary>
    public void Send()
    {
        foreach (var writer in writers)
        {
            BinaryPrimitives.WriteInt64LittleEndian(message, Stopwatch.GetTimestamp());
            writer.Send(message);
        }
    }

    /// <summary>Waits for what is under way, a second at most, by which it then was late at least, and closes the connections.</summary>
    public void Dispose()
    {
        if (closed)
        {
            return;
        }

        closed = true;
        foreach (var writer in writers)
        {
            writer.Shutdown(SocketShutdown.Send);
        }

        if (!Task.WhenAll(reading).Wait(LastWord))
        {
            reading.FindAll(static task => !task.IsCompleted).ForEach(_ => stamped(LastWord));
        }

        foreach (var socket in (ReadOnlySpan<Socket>)[.. writers, .. readers])
        {
            socket.Dispose();
        }
    }

    private async Task ReadAsync(Socket reader)
    {
        var buffer = new byte[64 * sizeof(long)];
        var filled = 0;
        var isFirst = true; // it compiles what all others run
        try
        {
            while (await reader.ReceiveAsync(buffer.AsMemory(filled)) is > 0 and var read)
            {
                var now = Stopwatch.GetTimestamp();
                filled += read;
                var taken = 0;
                for (; filled - taken >= sizeof(long); taken += sizeof(long), isFirst = false)
                {
                    if (!isFirst)
                    {
                        stamped(Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(taken)), now));
                    }
                }

                buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
                filled -= taken;
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It was closed while a message was still under way.
        }
    }
}
