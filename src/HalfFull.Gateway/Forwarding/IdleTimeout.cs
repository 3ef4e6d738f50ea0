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

    /// <summary>Something happened.</summary>
    public void Restart() => source.CancelAfter(timeout);

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();
}
