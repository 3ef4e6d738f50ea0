namespace HalfFull.Engine;

/// <summary>Where a sequence is in its life.</summary>
public enum SequenceState
{
    /// <summary>In the waiting queue, holding no KV blocks.</summary>
    Waiting,

    /// <summary>Admitted, holding KV blocks.</summary>
    Running,

    /// <summary>Left the engine: finished, aborted or detached.</summary>
    Gone,
}
