namespace HalfFull.Engine.Sampling;

/// <summary>How the next token is chosen from the model's logits, and what ends a generation before its limit.</summary>
public sealed record SamplingOptions
{
    /// <summary>Most alternatives that are told for a token.</summary>
    public const int MostLogprobs = 20;

    /// <summary>Logits are divided by it; 0 always takes the likeliest token.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only the likeliest tokens that together have this probability are drawn from; 1: all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only this many of the likeliest tokens are drawn from; 0: all.</summary>
    public int TopK { get; init; }

    /// <summary>Only tokens at least this times as likely as the likeliest are drawn from; 0: all.</summary>
    public double MinP { get; init; }

    /// <summary>Divides the logits, if above 0, else multiplies them, of tokens that the prompt or the output holds already; 1: nothing.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Taken off the logits of tokens that the output holds already.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Taken off the logits of tokens for each time that the output holds them.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Seed of what is drawn: the same request with the same seed gets the same tokens from the same logits.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Added to the logits of single tokens.</summary>
    public IReadOnlyList<KeyValuePair<int, float>> LogitBias { get; init; } = [];

    /// <summary>Texts that end the generation; they are not given out.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Whether it goes on behind a token that ends a generation.</summary>
    public bool IgnoreEnd { get; init; }

    /// <summary>Alternatives to tell for each token, 0 to <see cref="MostLogprobs"/>; null: no probabilities at all.</summary>
    public int? Logprobs { get; init; }

    /// <summary>Whether the likeliest token is taken without looking at anything else.</summary>
    internal bool IsPlainGreedy =>
        Temperature == 0 && RepetitionPenalty == 1 && PresencePenalty == 0 && FrequencyPenalty == 0 && LogitBias.Count == 0;
}
