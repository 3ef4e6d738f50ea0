namespace HalfFull.Gateway.Health;

/// <summary>What became of a replica's requests since the last look. Not thread-safe.</summary>
internal sealed class OutcomeWindow
{
    /// <summary>Fewer tell nothing.</summary>
    public const int FewestSamples = 10;

    private int ended;
    private int failed;
    private int firstTokens;
    private double delaySeconds;

    /// <summary>Failed requests as a share; null when there are too few.</summary>
    public double? ErrorShare => ended >= FewestSamples ? (double)failed / ended : null;

    /// <summary>Mean time to the first token, seconds; null when there are too few.</summary>
    public double? MeanDelaySeconds => firstTokens >= FewestSamples ? delaySeconds / firstTokens : null;

    /// <summary>A request ended.</summary>
    public void Ended(bool hasFailed)
    {
        ended++;
        failed += hasFailed ? 1 : 0;
    }

    /// <summary>A first token came back.</summary>
    public void FirstToken(TimeSpan delay)
    {
        firstTokens++;
        delaySeconds += delay.TotalSeconds;
    }

    /// <summary>The next window begins.</summary>
    public void Clear() => (ended, failed, firstTokens, delaySeconds) = (0, 0, 0, 0);
}
