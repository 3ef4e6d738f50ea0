namespace HalfFull.Engine.Victims;

/// <summary>Evicts the newest admitted sequence, as vLLM does.</summary>
public sealed class NewestAdmitted : IVictimRule
{
    /// <summary>The one instance that is needed: it has no state.</summary>
    public static NewestAdmitted Instance { get; } = new();

    /// <inheritdoc/>
    public double Key(Sequence sequence) => 0;
}
