namespace HalfFull.Simulation.Migration;

/// <summary>How far a move is.</summary>
internal enum MigrationPhase
{
    /// <summary>KV is copied while the source decodes on.</summary>
    Copying,

    /// <summary>The step in flight at the source is the last one there.</summary>
    Stopping,

    /// <summary>It has left the source, and what it computed last is on the way.</summary>
    Stopped,
}
