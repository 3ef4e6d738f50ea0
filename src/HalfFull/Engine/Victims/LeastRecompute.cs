namespace HalfFull.Engine.Victims;

/// <summary>Evicts the sequence whose own computed tokens, those outside shared prefixes, are fewest: the least work to do again.</summary>
public sealed class LeastRecompute : IVictimRule
{
    /// <inheritdoc/>
    public double Key(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return sequence.ComputedTokens - sequence.SharedTokens;
    }
}
