namespace HalfFull.Simulation.Workloads.Lengths;

/// <summary>A joint distribution of prompt and output lengths.</summary>
public interface ILengthModel
{
    /// <summary>No prompt is longer.</summary>
    int MaxPromptTokens { get; }

    /// <summary>No output is longer.</summary>
    int MaxOutputTokens { get; }

    /// <summary>The lengths of the next request.</summary>
    LengthPair Next(Rng rng);
}
