namespace HalfFull;

/// <summary>A request together with the truth that no policy may see: how many tokens it will generate if nothing stops it.</summary>
/// <param name="Request">The request as policies see it.</param>
/// <param name="OutputTokens">True output tokens, at least 1; the limit of the request still applies.</param>
public readonly record struct Job(Request Request, int OutputTokens);
