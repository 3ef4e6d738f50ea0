namespace HalfFull.Simulation.Workloads.Presets;

/// <summary>A conversation between two of its turns.</summary>
/// <param name="Name">Its name in the rows.</param>
/// <param name="Turn">The coming turn, from 0.</param>
/// <param name="PromptTokens">Prompt of the coming turn, the whole conversation included.</param>
/// <param name="SharedUnits">Full prefix units that the coming prompt shares with <paramref name="Hashes"/>.</param>
/// <param name="Hashes">Prefix ids of the last turn.</param>
internal sealed record Session(string Name, int Turn, int PromptTokens, int SharedUnits, long[] Hashes);
