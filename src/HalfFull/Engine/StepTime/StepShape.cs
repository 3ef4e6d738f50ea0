namespace HalfFull.Engine.StepTime;

/// <summary>
/// What a step-time model needs to know of one forward pass, as sums, so that a shape is kept up to date in O(1).
/// A chunk i computes q_i new tokens of a sequence that has c_i tokens in the cache; a decode computes one token.
/// </summary>
/// <param name="DecodeSequences">Sequences that decode: n.</param>
/// <param name="DecodeTokens">Sum over decoding sequences of the tokens attended to, the new one included: n times the mean length L.</param>
/// <param name="PrefillChunks">Number of prefill chunks.</param>
/// <param name="PrefillTokens">Sum of q_i.</param>
/// <param name="PrefillContextTokens">Sum of c_i.</param>
/// <param name="PrefillProduct">Sum of q_i * c_i.</param>
/// <param name="PrefillSquares">Sum of q_i * q_i.</param>
public readonly record struct StepShape(
    int DecodeSequences,
    long DecodeTokens,
    int PrefillChunks,
    int PrefillTokens,
    long PrefillContextTokens,
    long PrefillProduct,
    long PrefillSquares)
{
    /// <summary>Tokens computed in the step: sum of q_i, plus one for each decode.</summary>
    public int Tokens => PrefillTokens + DecodeSequences;

    /// <summary>Sequences in the batch.</summary>
    public int Sequences => PrefillChunks + DecodeSequences;

    /// <summary>The shape of a step that only decodes.</summary>
    public static StepShape Decode(int sequences, long tokens) => new(sequences, tokens, 0, 0, 0, 0, 0);

    /// <summary>This shape with one more prefill chunk.</summary>
    public StepShape WithChunk(int newTokens, int contextTokens) => this with
    {
        PrefillChunks = PrefillChunks + 1,
        PrefillTokens = PrefillTokens + newTokens,
        PrefillContextTokens = PrefillContextTokens + contextTokens,
        PrefillProduct = PrefillProduct + ((long)newTokens * contextTokens),
        PrefillSquares = PrefillSquares + ((long)newTokens * newTokens),
    };
}
