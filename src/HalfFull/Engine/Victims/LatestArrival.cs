namespace HalfFull.Engine.Victims;

/// <summary>Evicts the sequence that arrived last, as TensorRT-LLM and TurboMind do: a preempted one that came back is spared before later arrivals.</summary>
public sealed class LatestArrival : IVictimRule
{
    /// <inheritdoc/>
    public double Key(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return -sequence.Request.Arrival.Ticks;
    }
}
