namespace HalfFull.Engine.Hosting;

/// <summary>One request of a replay.</summary>
/// <param name="Request">The request, with its arrival.</param>
/// <param name="OutputTokens">Tokens after which it stops by itself.</param>
/// <param name="Input">What a real model needs; null where only sizes count.</param>
public sealed record ReplayedRequest(Request Request, int OutputTokens, GenerationInput? Input);
