using HalfFull.Routing;

namespace HalfFull.Migration;

/// <summary>
/// Decides which running sequences move to other replicas. The host asks at the interval of <see cref="Bounds"/>, copies KV while decoding goes on, and gives up what
/// cannot be. A replica takes part in one move at a time. A decision is a function of its inputs and the policy's own state. No I/O, clock or lock.
/// </summary>
public interface IMigrator
{
    /// <summary>What the host keeps to.</summary>
    MigrateOptions Bounds { get; }

    /// <summary>Pairs replicas.</summary>
    /// <param name="replicas">Those that take part in no move, as routers see them; who only finishes what it has is <see cref="ReplicaState.Draining"/>.</param>
    /// <param name="pairs">Takes the pairs, as places among the replicas, each place at most once; there is room for all.</param>
    /// <returns>How many pairs there are.</returns>
    int Pair(ReadOnlySpan<ReplicaView> replicas, Span<MigrationPair> pairs);

    /// <summary>Chooses the sequence that moves.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="target">Where to.</param>
    /// <param name="running">Sequences of the source that are decoded and that the target could hold to their end.</param>
    /// <returns>Its place among them; -1 for none.</returns>
    int Choose(in ReplicaView source, in ReplicaView target, ReadOnlySpan<SequenceView> running);
}
