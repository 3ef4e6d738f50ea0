namespace HalfFull.Gateway.Forwarding;

/// <summary>Cancels when the client leaves, or when the time since the last restart grows too long.</summary>
internal sealed class IdleTimeout : IDisposable
{
    private readonly CancellationTokenSource source;
    private readonly CancellationToken client;
    private readonly TimeSpan timeout;

    public IdleTimeout(TimeSpan timeout, CancellationToken client)
    {
        this.timeout = timeout;
        this.client = client;
        source = CancellationTokenSource.CreateLinkedTokenSource(client);
        Restart();
    }

    /// <summary>The cancellation.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Whether it was the time and not the client.</summary>
    public bool HasExpired => source.IsCancellationRequested && !client.IsCancellationRequested;

    /// <summary>The client's own cancellation, for what waits for the client and not for the replica.</summary>
    public CancellationToken Client => client;

    /// <summary>Waiting for the replica begins.</summary>
    public void Restart() => source.CancelAfter(timeout);

    /// <summary>The replica has answered: a slow client is not its fault.</summary>
    public void Pause() => source.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();
}
