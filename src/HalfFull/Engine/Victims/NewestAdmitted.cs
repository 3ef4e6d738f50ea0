namespace HalfFull.Engine.Victims;

/// <summary>Evicts the newest admitted sequence, as vLLM does.</summary>
public sealed class NewestAdmitted : IVictimRule
{
    /// <inheritdoc/>
    public double Key(Sequence sequence) => 0;
}
