using HalfFull.Engine;

namespace HalfFull.Simulation.Migration;

/// <summary>Who runs the replicas between which sequences move.</summary>
internal interface IMigrationHost
{
    /// <summary>A replica is about to be changed at a time at which replicas meet; it is to begin a step afterwards if none is in flight.</summary>
    void Touch(int replica, TimeSpan now);

    /// <summary>A sequence goes on at a replica: the target, or the source again when the target has died.</summary>
    void Attached(Sequence sequence, int source, int replica, TimeSpan now);

    /// <summary>A sequence was lost between two replicas with the one that it came from.</summary>
    void Lost(Sequence sequence, int source, TimeSpan now);
}
