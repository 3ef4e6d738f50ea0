namespace HalfFull.Engine;

/// <summary>Which running sequence gives back its blocks when a decode needs one and none is free.</summary>
public interface IVictimRule
{
    /// <summary>The sequence with the lowest key goes first; equal keys: the newest admitted. Never NaN.</summary>
    double Key(Sequence sequence);
}
