using System.Diagnostics;

namespace HalfFull.Gateway.Forwarding;

/// <summary>Cancels when the client leaves, when the time since the last restart grows too long, or when the deadline passes.</summary>
internal sealed class IdleTimeout : IDisposable
{
    private readonly CancellationTokenSource source;
    private readonly CancellationToken client;
    private readonly TimeSpan timeout;
    private readonly TimeSpan? left;
    private readonly long begun;
    private bool waitsForDeadline;

    /// <param name="timeout">Longest silence.</param>
    /// <param name="left">Time left until the deadline; null for none.</param>
    /// <param name="client">The client's own cancellation.</param>
    public IdleTimeout(TimeSpan timeout, TimeSpan? left, CancellationToken client)
    {
        this.timeout = timeout;
        begun = Stopwatch.GetTimestamp();
        this.left = left;
        this.client = client;
        source = CancellationTokenSource.CreateLinkedTokenSource(client);
        Restart();
    }

    /// <summary>The cancellation.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Whether it was the time and not the client.</summary>
    public bool HasExpired => source.IsCancellationRequested && !client.IsCancellationRequested;

    /// <summary>Whether the deadline has passed: then it is no fault of the replica.</summary>
    public bool HasPassedDeadline => HasExpired && waitsForDeadline;

    /// <summary>The client's own cancellation, for what waits for the client and not for the replica.</summary>
    public CancellationToken Client => client;

    /// <summary>Waiting for the replica begins.</summary>
    public void Restart() => CancelAfter(timeout);

    /// <summary>The replica has answered: a slow client is not its fault.</summary>
    public void Pause() => CancelAfter(Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();

    private void CancelAfter(TimeSpan time)
    {
        if (left is { } most)
        {
            var until = most - Stopwatch.GetElapsedTime(begun);
            until = until > TimeSpan.Zero ? until : TimeSpan.Zero;
            waitsForDeadline = time == Timeout.InfiniteTimeSpan || until < time;
            time = waitsForDeadline ? until : time;
        }

        source.CancelAfter(time);
    }
}
