namespace HalfFull.Load.OpenAi;

/// <summary>Token counts as the server reports them.</summary>
/// <param name="PromptTokens">Input tokens.</param>
/// <param name="CompletionTokens">Generated tokens.</param>
/// <param name="CachedTokens">Input tokens found in its prefix cache; 0 when it does not say.</param>
public readonly record struct Usage(int PromptTokens, int CompletionTokens, int CachedTokens);
