namespace HalfFull.Gateway.Health;

/// <summary>
/// The share of its load that a replica may have: a tenth when it is new or back, growing to the whole with time or with first tokens, whichever is sooner. Its
/// caches are cold and nobody knows its rates, so that it would look like the best of all. Not thread-safe.
/// </summary>
internal sealed class SlowStart
{
    private const double FirstShare = 0.1;
    private TimeSpan? begunAt;
    private int firstTokens;

    /// <summary>It is new, or back.</summary>
    public void Begin(TimeSpan now)
    {
        begunAt = now;
        firstTokens = 0;
    }

    /// <summary>A first token, or a whole answer, came back.</summary>
    public void FirstToken() => firstTokens++;

    /// <summary>Its share, from 0.1 to 1.</summary>
    public double ShareAt(TimeSpan now, GatewayOptions options)
    {
        if (begunAt is not { } begun)
        {
            return 1;
        }

        var byTime = options.SlowStartTime > TimeSpan.Zero ? (now - begun) / options.SlowStartTime : 1;
        var done = Math.Max(byTime, (double)firstTokens / options.SlowStartFirstTokens);
        if (done < 1)
        {
            return FirstShare + ((1 - FirstShare) * done);
        }

        begunAt = null;
        return 1;
    }
}
