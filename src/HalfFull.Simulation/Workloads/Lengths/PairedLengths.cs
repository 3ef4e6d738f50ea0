namespace HalfFull.Simulation.Workloads.Lengths;

/// <summary>Prompt and output that grow together: both are taken at the same probability.</summary>
/// <param name="prompt">Prompt lengths.</param>
/// <param name="output">Output lengths.</param>
public sealed class PairedLengths(QuantileTable prompt, QuantileTable output) : ILengthModel
{
    /// <inheritdoc/>
    public int MaxPromptTokens => prompt.Max;

    /// <inheritdoc/>
    public int MaxOutputTokens => output.Max;

    /// <inheritdoc/>
    public LengthPair Next(Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        var rank = rng.NextDouble();
        return new LengthPair(prompt.TokensAt(rank), output.TokensAt(rank));
    }
}
