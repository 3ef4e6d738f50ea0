using HalfFull.Engine;
using HalfFull.Routing;

namespace HalfFull.Simulation.Gateways;

/// <summary>
/// The last report of each replica. A report at T shows the replica after the steps that ended at or before T. Nothing changes in a replica between two of its
/// events, so reports are taken when the next one comes (<see cref="CatchUp"/>): only the last of those that fell due matters.
/// </summary>
internal sealed class ReplicaReports
{
    private readonly ReportTimes times;
    private readonly ReplicaObserver observer;
    private readonly ReplicaView[] last;
    private readonly TimeSpan[] takenAt;
    private readonly TimeSpan[] next;

    /// <summary>Every replica has reported that it is idle.</summary>
    internal ReplicaReports(ReportTimes times, ReplicaObserver observer, IReadOnlyList<Replica?> replicas)
    {
        this.times = times;
        this.observer = observer;
        last = new ReplicaView[replicas.Count];
        takenAt = new TimeSpan[replicas.Count];
        next = new TimeSpan[replicas.Count];
        for (var i = 0; i < replicas.Count; i++)
        {
            last[i] = replicas[i] is { } replica ? observer.Observe(replica) : observer.Unknown(i);
            takenAt[i] = times.LastAt(i, TimeSpan.Zero);
            next[i] = times.NextAfter(i, TimeSpan.Zero);
        }
    }

    /// <summary>When the next report of a replica falls due.</summary>
    internal TimeSpan NextOf(int replica) => next[replica];

    /// <summary>When the last report of a replica was taken; what was delivered before is in it.</summary>
    internal TimeSpan TakenAt(int replica) => takenAt[replica];

    /// <summary>Takes the reports that fell due before the replica's event at a time; to be called in front of the event.</summary>
    internal void CatchUp(Replica replica, TimeSpan now)
    {
        if (next[replica.Id] < now)
        {
            Take(replica, now - TimeSpan.FromTicks(1));
        }
    }

    /// <summary>The same, the one that falls due at this time included: every step that ends at this time has ended.</summary>
    internal void CatchUpWith(Replica replica, TimeSpan now)
    {
        if (next[replica.Id] <= now)
        {
            Take(replica, now);
        }
    }

    /// <summary>The last report of a replica, with what the gateway knows itself.</summary>
    internal ReplicaView Of(int replica, TimeSpan now, in OwnFigures own) => last[replica] with
    {
        Age = now - takenAt[replica],
        Epoch = own.Epoch,
        Latency = own.Latency,
        CachedPromptTokens = own.CachedPromptTokens,
        InFlightRequests = own.InFlightRequests,
        InFlightPromptTokens = own.InFlightPromptTokens,
        InFlightStreaming = own.InFlightStreaming,
        InFlightPrefillTokens = own.InFlightPrefillTokens,
        UnreportedRequests = own.UnreportedRequests,
        UnreportedPrefillTokens = own.UnreportedPrefillTokens,
        UnreportedPromptTokens = own.UnreportedPromptTokens,
    };

    /// <summary>A replica has started: nothing is known of it until its first report.</summary>
    internal void Started(int replica, TimeSpan now)
    {
        last[replica] = observer.Unknown(replica);
        takenAt[replica] = now;
        next[replica] = times.NextAfter(replica, now);
    }

    private void Take(Replica replica, TimeSpan now)
    {
        last[replica.Id] = observer.Observe(replica);
        takenAt[replica.Id] = times.LastAt(replica.Id, now);
        next[replica.Id] = times.NextAfter(replica.Id, now);
    }
}
