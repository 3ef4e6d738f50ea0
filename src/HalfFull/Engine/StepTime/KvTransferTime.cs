namespace HalfFull.Engine.StepTime;

/// <summary>
/// How long the KV of a number of tokens takes from one replica to another: latency + tokens × bytes per token ÷ bandwidth. With tensor parallelism each GPU
/// sends its own heads over its own link, all at the same time, so both figures are those of one GPU.
/// </summary>
public sealed record KvTransferTime
{
    /// <summary>
    /// 25 GB/s, the line rate of one 200 Gbit/s adapter for each GPU. Mooncake's transfer engine gets 87% of that for 40 GB of KV (87 GB/s over four of them;
    /// 190 GB/s over eight of 400 Gbit/s: its README of 2025).
    /// </summary>
    public const double DefaultBytesPerSecond = 25e9;

    /// <summary>Times of these figures.</summary>
    /// <param name="bytesPerToken">KV bytes of one token on one GPU, above 0.</param>
    /// <param name="bytesPerSecond">Bandwidth of one GPU's link, above 0.</param>
    /// <param name="latency">What each transfer takes whatever its size, at least 0.</param>
    public KvTransferTime(double bytesPerToken, double bytesPerSecond, TimeSpan latency)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesPerToken);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesPerSecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(latency, TimeSpan.Zero);
        BytesPerToken = bytesPerToken;
        BytesPerSecond = bytesPerSecond;
        Latency = latency;
    }

    /// <summary>1 ms, an assumption: the handshake and the notice at the end, each of which waits for an engine's step loop, not the network's microseconds.</summary>
    public static TimeSpan DefaultLatency { get; } = TimeSpan.FromMilliseconds(1);

    /// <summary>KV bytes of one token on one GPU.</summary>
    public double BytesPerToken { get; }

    /// <summary>Bandwidth of one GPU's link.</summary>
    public double BytesPerSecond { get; }

    /// <summary>What each transfer takes whatever its size; it does not keep the link busy.</summary>
    public TimeSpan Latency { get; }

    /// <summary>The times of a model on replicas of <paramref name="tp"/> GPUs.</summary>
    public static KvTransferTime For(ModelShape model, int tp, double bytesPerSecond, TimeSpan latency)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new KvTransferTime(model.KvBytesPerToken(tp), bytesPerSecond, latency);
    }

    /// <summary>How long the KV of so many tokens keeps the link busy; rounded up to the tick.</summary>
    public TimeSpan LinkTime(long tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        return new TimeSpan((long)Math.Ceiling(tokens * BytesPerToken * TimeSpan.TicksPerSecond / BytesPerSecond));
    }

    /// <summary>From the start of a transfer of so many tokens over a free link until it has arrived.</summary>
    public TimeSpan Of(long tokens) => LinkTime(tokens) + Latency;
}
