namespace HalfFull.Policies;

/// <summary>
/// A policy that keeps nothing from one call to the next that its decisions depend on: a function of its inputs, options and seed. So there is nothing to save, and a new one
/// goes on as the old one.
/// </summary>
public interface IStateless : IRestorable
{
    /// <inheritdoc/>
    void IRestorable.Save(StateWriter state)
    {
        // There is nothing.
    }

    /// <inheritdoc/>
    void IRestorable.Restore(ref StateReader state)
    {
        // There is nothing.
    }
}
