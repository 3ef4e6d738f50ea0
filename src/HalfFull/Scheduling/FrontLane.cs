using HalfFull.Queueing;

namespace HalfFull.Scheduling;

/// <summary>Requests that the same replicas can serve: those that failed elsewhere first, by arrival, then the others by the order.</summary>
internal sealed class FrontLane(int id, IQueueOrder order)
{
    private readonly WaitingQueue<FrontEntry> queue = new(order);
    private readonly List<FrontEntry> retries = [];
    private readonly List<FrontEntry> newcomers = [];

    /// <summary>Its number.</summary>
    internal int Id { get; } = id;

    /// <summary>Requests waiting.</summary>
    internal int Count => queue.Count + retries.Count;

    /// <summary>Prompt tokens of those waiting.</summary>
    internal long Tokens { get; private set; }

    /// <summary>Prompt tokens of all that have ever joined.</summary>
    internal long TokensJoined { get; private set; }

    /// <summary>Retries, by arrival.</summary>
    internal IReadOnlyList<FrontEntry> Retries => retries;

    /// <summary>Earliest arrival of those in order; null when there are none.</summary>
    internal TimeSpan? OldestArrival => queue.OldestArrival;

    internal void Add(FrontEntry entry)
    {
        entry.Lane = this;
        entry.TokensBefore = Tokens;
        Tokens += entry.Request.PromptTokens;
        TokensJoined += entry.Request.PromptTokens;
        entry.TokensJoined = TokensJoined;
        newcomers.Add(entry);
        if (entry.Attempt == 0)
        {
            entry.Handle = queue.Add(entry, new QueueEntry(entry.Ranked, entry.Ranked.PromptTokens, 0));
            return;
        }

        var at = retries.Count;
        while (at > 0 && IsBefore(entry.Request, retries[at - 1].Request))
        {
            at--;
        }

        retries.Insert(at, entry);
    }

    internal void Remove(FrontEntry entry)
    {
        Tokens -= entry.Request.PromptTokens;
        if (entry.Handle < 0)
        {
            retries.Remove(entry);
            return;
        }

        queue.Remove(entry.Handle);
        entry.Handle = -1;
    }

    /// <summary>Tells those that joined since the last call what the replicas had before them.</summary>
    internal void CountBefore(ReadOnlySpan<FrontReplica> replicas)
    {
        if (newcomers.Count == 0)
        {
            return;
        }

        var unstarted = 0L;
        foreach (ref readonly var replica in replicas)
        {
            unstarted += replica.UnstartedTokens;
        }

        foreach (var entry in newcomers)
        {
            entry.TokensBefore += unstarted;
        }

        newcomers.Clear();
    }

    internal WaitingQueue<FrontEntry>.Enumerator InOrder(TimeSpan now) => queue.InOrder(now);

    private static bool IsBefore(Request a, Request b) => a.Arrival != b.Arrival ? a.Arrival < b.Arrival : a.Id < b.Id;
}
