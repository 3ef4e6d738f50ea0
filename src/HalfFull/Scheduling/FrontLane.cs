using HalfFull.Policies;
using HalfFull.Queueing;
using HalfFull.Traces.Decisions;

namespace HalfFull.Scheduling;

/// <summary>Requests that the same replicas can serve: those that failed elsewhere first, by arrival, then the others by the order.</summary>
internal sealed class FrontLane(int id, IQueueOrder order)
{
    private readonly WaitingQueue<FrontEntry> queue = new(order);
    private readonly List<FrontEntry> retries = [];
    private readonly List<FrontEntry> newcomers = [];
    private readonly Urgency urgency = new();

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

    /// <summary>Who gives way first, retries apart; null when nobody waits for a first try.</summary>
    internal FrontEntry? LeastUrgent => urgency.Least(queue.Items);

    internal void Add(FrontEntry entry)
    {
        entry.Lane = this;
        entry.TokensBefore = Tokens;
        Tokens += entry.Request.PromptTokens;
        TokensJoined += entry.Request.PromptTokens;
        entry.TokensJoined = TokensJoined;
        newcomers.Add(entry);
        Insert(entry);
    }

    private void Insert(FrontEntry entry)
    {
        if (entry.Attempt == 0)
        {
            entry.Handle = queue.Add(entry, new QueueEntry(entry.Ranked, entry.Ranked.PromptTokens, 0));
            urgency.Add(entry);
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
        urgency.Remove(entry);
        entry.Handle = -1;
    }

    /// <summary>A request is seen otherwise by the queue policy, and keeps everything else.</summary>
    internal void Rank(FrontEntry entry, Request ranked, IQueuePolicy policy)
    {
        var isInOrder = entry.Handle >= 0;
        if (isInOrder)
        {
            queue.Remove(entry.Handle);
        }

        policy.Left(entry.Ranked);
        entry.Ranked = ranked;
        policy.Joined(ranked);
        entry.Handle = isInOrder ? queue.Add(entry, new QueueEntry(ranked, ranked.PromptTokens, 0)) : -1;
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

    internal void Save(StateWriter state)
    {
        state.Whole(Tokens);
        state.Whole(TokensJoined);
        var waiting = queue.Items.Concat(retries).OrderBy(static entry => entry.Request.Id).ToArray();
        state.Number((ulong)waiting.Length);
        foreach (var entry in waiting)
        {
            SavedEntry.Of(entry, newcomers.Contains(entry)).Write(state);
        }
    }

    internal List<SavedEntry> Restore(ref StateReader state)
    {
        Tokens = state.Whole();
        TokensJoined = state.Whole();
        var waiting = new List<SavedEntry>();
        for (var left = state.Number(); left > 0; left--)
        {
            waiting.Add(SavedEntry.Read(ref state));
        }

        return waiting;
    }

    internal void Restore(FrontEntry entry, SavedEntry saved)
    {
        if (saved.IsNewcomer)
        {
            newcomers.Add(entry);
        }

        Insert(entry);
    }

    private static bool IsBefore(Request a, Request b) => a.Arrival != b.Arrival ? a.Arrival < b.Arrival : a.Id < b.Id;

    /// <summary>A waiting request as it is saved.</summary>
    internal sealed record SavedEntry(
        Request Request, int Attempt, bool IsExact, int[] Excluded, TimeSpan JoinedAt, long TokensBefore, long TokensJoined, bool IsNewcomer)
    {
        internal static SavedEntry Of(FrontEntry entry, bool isNewcomer) => new(
            entry.Request, entry.Attempt, entry.IsExact, entry.Excluded, entry.JoinedAt, entry.TokensBefore, entry.TokensJoined, isNewcomer);

        internal static SavedEntry Read(ref StateReader state)
        {
            var request = RequestCodec.Read(ref state);
            var (attempt, isExact) = (state.Whole32(), state.Flag());
            var excluded = new List<int>();
            for (var left = state.Number(); left > 0; left--)
            {
                excluded.Add(state.Whole32());
            }

            return new SavedEntry(request, attempt, isExact, [.. excluded], state.Time(), state.Whole(), state.Whole(), state.Flag());
        }

        internal void Write(StateWriter state)
        {
            RequestCodec.Write(state, Request);
            state.Whole(Attempt);
            state.Flag(IsExact);
            state.Number((ulong)Excluded.Length);
            foreach (var replica in Excluded)
            {
                state.Whole(replica);
            }

            state.Time(JoinedAt);
            state.Whole(TokensBefore);
            state.Whole(TokensJoined);
            state.Flag(IsNewcomer);
        }

        internal FrontEntry ToEntry(FrontLane lane, TenantNames tenants) => new()
        {
            Request = Request,
            Ranked = tenants.Ranked(Request),
            Attempt = Attempt,
            IsExact = IsExact,
            Excluded = Excluded,
            JoinedAt = JoinedAt,
            Lane = lane,
            TokensBefore = TokensBefore,
            TokensJoined = TokensJoined,
        };
    }
}
