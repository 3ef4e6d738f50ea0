namespace HalfFull.Policies;

/// <summary>
/// A policy whose state can be saved and restored exactly: a new one made with the same options and seed that takes in a saved state decides
/// from then on as the saved one does. A decision log can be verified from any of its files then; without it only from the first.
/// </summary>
public interface IRestorable
{
    /// <summary>Writes everything that decisions depend on and that calls change. Changes nothing.</summary>
    void Save(StateWriter state);

    /// <summary>Takes in what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It was not written by this policy.</exception>
    void Restore(ref StateReader state);
}
