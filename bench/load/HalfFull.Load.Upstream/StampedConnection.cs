using System.Diagnostics;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace HalfFull.Load.Upstream;

/// <summary>
/// Notes when a connection last read and last sent bytes, at the edge between Kestrel and its socket: what the server does with a request
/// before its handler runs, or with a token after its handler wrote it, then counts as the server's time and not as an error of the client.
/// </summary>
internal sealed class StampedConnection(IDuplexPipe transport) : IDuplexPipe
{
    private readonly Reader input = new(transport.Input);
    private readonly Writer output = new(transport.Output);

    public PipeReader Input => input;

    public PipeWriter Output => output;

    /// <summary>When bytes last arrived.</summary>
    public long LastRead => input.Stamp;

    /// <summary>When bytes were last given to the socket.</summary>
    public long LastSent => output.Stamp;

    /// <summary>Middleware of a listening port which puts one around every connection's transport.</summary>
    public static ConnectionDelegate Around(ConnectionDelegate next) =>
        connection =>
        {
            var stamped = new StampedConnection(connection.Transport);
            connection.Transport = stamped;
            connection.Features.Set(stamped);
            return next(connection);
        };

    private sealed class Reader(PipeReader inner) : PipeReader
    {
        public long Stamp { get; private set; }

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(cancellationToken);
            Stamp = Stopwatch.GetTimestamp();
            return read;
        }

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }

    private sealed class Writer(PipeWriter inner) : PipeWriter
    {
        public long Stamp { get; private set; }

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            Stamp = Stopwatch.GetTimestamp();
            return inner.FlushAsync(cancellationToken);
        }

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }
}
