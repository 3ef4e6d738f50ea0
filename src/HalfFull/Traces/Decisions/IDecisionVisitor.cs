using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Scheduling;

namespace HalfFull.Traces.Decisions;

/// <summary>Is told of the records of a decision log in their order.</summary>
public interface IDecisionVisitor
{
    /// <summary>A file begins.</summary>
    /// <param name="run">Its run.</param>
    /// <param name="file">Its number in the run, from 0.</param>
    /// <param name="at">Where.</param>
    void FileBegan(LogRun run, int file, in LogPosition at)
    {
    }

    /// <summary>A front scheduler decides from here on.</summary>
    /// <param name="settings">What it is made from.</param>
    /// <param name="start">In which state.</param>
    /// <param name="state">The saved state.</param>
    /// <param name="at">Where.</param>
    void Front(FrontSettings settings, PolicyStart start, ReadOnlySpan<byte> state, in LogPosition at)
    {
    }

    /// <summary>A replica has a name.</summary>
    void Replica(int replica, string name)
    {
    }

    /// <summary>A request; told again in each file that mentions it.</summary>
    void Requested(Request request, bool hasOwnLimit)
    {
    }

    /// <summary>A request joined the queue.</summary>
    void Joined(TimeSpan now, Request request, int lane, int attempt, bool isExact, ReadOnlySpan<int> excluded, in LogPosition at)
    {
    }

    /// <summary>A request left the queue unserved.</summary>
    void Left(long request, in LogPosition at)
    {
    }

    /// <summary>A request moved to another lane.</summary>
    void Moved(long request, int lane, in LogPosition at)
    {
    }

    /// <summary>The scheduler decided on the next request of a lane.</summary>
    void Decided(TimeSpan now, int lane, ReadOnlySpan<FrontReplica> replicas, in LoggedDecision decision, in LogPosition at)
    {
    }

    /// <summary>The scheduler decided whether a newcomer is refused: after which time it may come back, or null when it may wait.</summary>
    void Overloaded(TimeSpan now, int lane, ReadOnlySpan<FrontReplica> replicas, TimeSpan? retryAfter, in LogPosition at)
    {
    }

    /// <summary>The scheduler decided who is refused because the queue is too long: the newcomer, or one that waited.</summary>
    void GaveWay(long newcomer, long refused, in LogPosition at)
    {
    }

    /// <summary>Both policies changed.</summary>
    void Switched(PolicySpec router, PolicySpec queue, in LogPosition at)
    {
    }

    /// <summary>What the next decision was told of cached prefixes: one figure for each of its replicas and for each request it looked at.</summary>
    void PrefixHits(ReadOnlySpan<int?> tokens)
    {
    }

    /// <summary>Tenants have other shares.</summary>
    void Reweighed(TenantWeights weights, in LogPosition at)
    {
    }

    /// <summary>The scheduler was told of a first token.</summary>
    void FirstToken(Request request, int replica, TimeSpan now, in LogPosition at)
    {
    }

    /// <summary>The scheduler was told of the end of an attempt.</summary>
    void Ended(in RequestRecord record, in LogPosition at)
    {
    }

    /// <summary>A request ended for its client.</summary>
    void Finished(Request request, in FinishedRequest finished)
    {
    }

    /// <summary>Records are missing.</summary>
    /// <param name="records">How many.</param>
    /// <param name="at">Where.</param>
    void Gap(long records, in LogPosition at)
    {
    }

    /// <summary>The run ended in order.</summary>
    void RunEnded()
    {
    }
}
