using HalfFull.Load.OpenAi;
using HalfFull.Load.Prompts;

namespace HalfFull.Load.Runs;

/// <summary>A server that was found fit to be measured.</summary>
/// <param name="Client">How to reach it.</param>
/// <param name="Model">The model that it serves.</param>
/// <param name="Support">What it accepts beyond the standard.</param>
/// <param name="Text">Prompts of the right length for it.</param>
public sealed record Target(OpenAiClient Client, string Model, ServerSupport Support, PromptText Text);
