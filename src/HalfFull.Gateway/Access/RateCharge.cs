namespace HalfFull.Gateway.Access;

/// <summary>Tokens reserved from a limit for one request, given back at its end but for those that it used.</summary>
internal sealed class RateCharge(RateLimit limit, double reserved) : IDisposable
{
    private int promptTokens;
    private int outputTokens;

    /// <summary>An attempt used tokens; those of several attempts add up.</summary>
    public void Used(int prompt, int output)
    {
        promptTokens += prompt;
        outputTokens += output;
    }

    /// <inheritdoc/>
    public void Dispose() => limit.Settle(reserved, promptTokens, outputTokens);
}
