namespace HalfFull.Simulation.Workloads.Lengths;

/// <summary>Outputs that depend on the prompt: prompts are cut into bands of equal probability, each with its own output distribution.</summary>
/// <param name="prompt">Prompt lengths.</param>
/// <param name="outputs">Output lengths of each band, from the shortest prompts to the longest.</param>
public sealed class BandedLengths(QuantileTable prompt, params QuantileTable[] outputs) : ILengthModel
{
    /// <inheritdoc/>
    public int MaxPromptTokens => prompt.Max;

    /// <inheritdoc/>
    public int MaxOutputTokens { get; } = outputs.Max(table => table.Max);

    /// <inheritdoc/>
    public LengthPair Next(Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        var rank = rng.NextDouble();
        return new LengthPair(prompt.TokensAt(rank), outputs[(int)(rank * outputs.Length)].Next(rng));
    }
}
