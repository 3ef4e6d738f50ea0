namespace HalfFull.Engine.Victims;

/// <summary>Evicts the least urgent sequence, of equal ones that which arrived last, as vLLM with priorities does.</summary>
public sealed class LowestPriority : IVictimRule
{
    /// <inheritdoc/>
    public double Key(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return sequence.Request.Priority;
    }

    /// <inheritdoc/>
    public double Tie(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return -sequence.Request.Arrival.Ticks;
    }
}
