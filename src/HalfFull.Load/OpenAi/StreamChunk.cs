namespace HalfFull.Load.OpenAi;

/// <summary>What one event of a stream, or the body of a unary response, says that matters for measuring.</summary>
/// <param name="HasToken">Whether it delivers generated text: content, reasoning, a tool call or, in completions, text that is not empty.</param>
/// <param name="IsError">Whether it is an error object.</param>
/// <param name="FinishReason">Why generation stopped, if it says so.</param>
/// <param name="Usage">Token counts, if it has them.</param>
internal readonly record struct StreamChunk(bool HasToken, bool IsError, FinishReason FinishReason, Usage? Usage);
