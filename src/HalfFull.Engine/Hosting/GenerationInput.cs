using HalfFull.Engine.Sampling;

namespace HalfFull.Engine.Hosting;

/// <summary>What a real model needs of a request beyond its size.</summary>
/// <param name="Prompt">Token ids of the prompt; each exists in the model's vocabulary.</param>
/// <param name="Sampling">How tokens are chosen.</param>
public sealed record GenerationInput(ReadOnlyMemory<int> Prompt, SamplingOptions Sampling);
