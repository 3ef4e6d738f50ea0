namespace HalfFull.Engine.Victims;

/// <summary>Evicts the sequence with fewest output tokens, of equal ones that with the longest prompt, as SGLang retracts (schedule_batch.py).</summary>
public sealed class FewestOutputs : IVictimRule
{
    /// <inheritdoc/>
    public double Key(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return sequence.OutputTokens;
    }

    /// <inheritdoc/>
    public double Tie(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return -sequence.PromptTokens;
    }
}
