using HalfFull.Metrics;

namespace HalfFull.Engine;

/// <summary>Hears what a replica delivers. Called from within <see cref="Replica"/>'s methods, in the order of time.</summary>
public interface IReplicaListener
{
    /// <summary><paramref name="count"/> tokens were emitted that long after the previous token of their request.</summary>
    void TokenGap(TimeSpan gap, long count);

    /// <summary>A sequence emitted its first token on the replica with this id.</summary>
    void FirstToken(int replica, Sequence sequence, TimeSpan now);

    /// <summary>
    /// A sequence that another replica decodes emitted its token and left; its KV stays in <paramref name="kept"/> until the host releases it. Nothing may be
    /// changed in the replica from within this call.
    /// </summary>
    void HandedOver(int replica, Sequence sequence, KvHold kept, TimeSpan now) =>
        throw new InvalidOperationException($"Request {sequence.Request.Id} was prefilled for another replica, but this host hands nothing over.");

    /// <summary>A sequence left: completed, or failed when it was aborted.</summary>
    void Ended(Sequence sequence, in RequestRecord record);
}
