namespace HalfFull.Queueing;

/// <summary>The rates by which an order turns tokens into seconds: those of one engine, or of a fleet together.</summary>
public interface IServiceRates
{
    /// <summary>R: prefill tokens per second. Always above zero.</summary>
    double PrefillTokensPerSecond { get; }

    /// <summary>M: KV tokens freed per second by finishing requests. Always above zero.</summary>
    double ReleasedTokensPerSecond { get; }

    /// <summary>o_mean: mean output tokens of recent requests.</summary>
    double MeanOutputTokens { get; }
}
