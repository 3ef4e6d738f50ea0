namespace HalfFull.Simulation.Workloads.Lengths;

/// <summary>Lengths of one request.</summary>
/// <param name="PromptTokens">Input tokens, at least 1.</param>
/// <param name="OutputTokens">Output tokens, at least 1.</param>
public readonly record struct LengthPair(int PromptTokens, int OutputTokens);
