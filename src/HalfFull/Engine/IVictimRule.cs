namespace HalfFull.Engine;

/// <summary>Which running sequence gives back its blocks when a decode needs one and none is free.</summary>
public interface IVictimRule
{
    /// <summary>The sequence with the lowest key goes first; equal keys: the lowest <see cref="Tie"/>, then the newest admitted. Never NaN.</summary>
    double Key(Sequence sequence);

    /// <summary>Decides between equal keys, the lowest first. Never NaN.</summary>
    double Tie(Sequence sequence) => 0;
}
