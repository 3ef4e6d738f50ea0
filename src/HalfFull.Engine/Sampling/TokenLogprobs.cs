namespace HalfFull.Engine.Sampling;

/// <summary>How likely a token was, and which were likelier.</summary>
/// <param name="Token">The token.</param>
/// <param name="Logprob">Natural logarithm of its probability by the model alone.</param>
/// <param name="Top">The likeliest tokens, best first.</param>
public sealed record TokenLogprobs(int Token, double Logprob, IReadOnlyList<KeyValuePair<int, double>> Top);
