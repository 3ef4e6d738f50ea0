namespace HalfFull.Gateway.Replicas;

/// <summary>
/// The gateway's own books of what it has sent where: the truth that scraped figures only correct. A lease is reserved in the same critical section as the
/// router's choice and released exactly once on every path. Not thread-safe: <see cref="ReplicaPool"/> serialises it.
/// </summary>
public static class Ledger
{
    /// <summary>Reserves for an attempt.</summary>
    /// <param name="account">The replica's account.</param>
    /// <param name="request">The request.</param>
    /// <param name="attempt">0 for the first try.</param>
    /// <param name="now">The time.</param>
    /// <param name="blindPrefill">How long its prefill will probably take, when its answer will not show a first token; null when it will.</param>
    /// <param name="cachedTokens">Prompt tokens that the replica should have cached.</param>
    public static Lease Reserve(LedgerAccount account, Request request, int attempt, TimeSpan now, TimeSpan? blindPrefill = null, int cachedTokens = 0)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(request);
        var lease = new Lease(account, request, attempt, now, cachedTokens) { IsAlone = account.SentRequests == account.BlindRequests, IsBlind = blindPrefill is not null };
        if (blindPrefill is { } prefill)
        {
            account.BlindUntil = (account.BlindRequests > 0 && account.BlindUntil > now ? account.BlindUntil : now) + prefill;
            account.BlindRequests++;
            account.BlindPrefillTokens += lease.PrefillTokens;
        }

        account.Requests++;
        account.PromptTokens += lease.PromptTokens;
        account.SentRequests++;
        account.SentPromptTokens += lease.PromptTokens;
        account.SentPrefillTokens += lease.PrefillTokens;
        account.Sent.Add(lease);
        account.UnreportedRequests++;
        account.Unreported.Add(lease);
        account.UnreportedSentRequests++;
        account.UnreportedPromptTokens += lease.PromptTokens;
        account.UnreportedPrefillTokens += lease.PrefillTokens;
        return lease;
    }

    /// <summary>The first token came back: what it had queued is prefilled.</summary>
    /// <returns>False when that was known, or the lease is released or of an earlier epoch.</returns>
    public static bool FirstToken(Lease lease, TimeSpan now)
    {
        if (!IsLive(lease) || lease.Phase != LeasePhase.Sent)
        {
            return false;
        }

        LeaveSent(lease);
        lease.Phase = LeasePhase.Streaming;
        lease.FirstTokenAt = now;
        (lease.MarkedAt, lease.MarkedTokens) = (now, 1);
        lease.Account.LastFirstToken = now;
        return true;
    }

    /// <summary>Output tokens came back. Without effect on a lease that is released or of an earlier epoch.</summary>
    public static void AddOutput(Lease lease, int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        if (IsLive(lease))
        {
            lease.OutputTokens += tokens;
            lease.Account.OutputTokens += tokens;
        }
    }

    /// <summary>Releases what was reserved.</summary>
    /// <returns>False, with nothing changed, when it was released before or is of an earlier epoch.</returns>
    public static bool Release(Lease lease)
    {
        var isLive = IsLive(lease);
        if (isLive)
        {
            var account = lease.Account;
            account.Requests--;
            account.PromptTokens -= lease.PromptTokens;
            account.OutputTokens -= lease.OutputTokens;
            if (lease.Phase == LeasePhase.Sent)
            {
                LeaveSent(lease);
            }

            if (lease.IsUnreported)
            {
                account.Unreported.Remove(lease);
                account.UnreportedRequests--;
            }
        }

        lease.Phase = LeasePhase.Released;
        return isLive;
    }

    /// <summary>A report was taken at the given time: what was sent before it is in it.</summary>
    public static void Reported(LedgerAccount account, TimeSpan takenAt)
    {
        ArgumentNullException.ThrowIfNull(account);
        while (account.Unreported.Oldest is { } lease && lease.SentAt <= takenAt)
        {
            LeaveUnreportedSent(lease);
            account.Unreported.Remove(lease);
            account.UnreportedRequests--;
        }
    }

    /// <summary>The replica has restarted: all its leases end, and what happens to them later counts no more.</summary>
    public static void Restarted(LedgerAccount account)
    {
        ArgumentNullException.ThrowIfNull(account);
        account.Epoch++;
        account.Requests = 0;
        account.PromptTokens = 0;
        account.OutputTokens = 0;
        account.SentRequests = 0;
        account.SentPromptTokens = 0;
        account.SentPrefillTokens = 0;
        account.UnreportedRequests = 0;
        account.UnreportedSentRequests = 0;
        account.UnreportedPromptTokens = 0;
        account.UnreportedPrefillTokens = 0;
        account.BlindRequests = 0;
        account.BlindPrefillTokens = 0;
        account.LastFirstToken = null;
        account.Sent.Clear();
        account.Unreported.Clear();
    }

    private static bool IsLive(Lease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return lease.Phase != LeasePhase.Released && lease.Epoch == lease.Account.Epoch;
    }

    private static void LeaveSent(Lease lease)
    {
        var account = lease.Account;
        LeaveUnreportedSent(lease);
        account.Sent.Remove(lease);
        account.SentRequests--;
        account.SentPromptTokens -= lease.PromptTokens;
        account.SentPrefillTokens -= lease.PrefillTokens;
        if (lease.IsBlind)
        {
            account.BlindRequests--;
            account.BlindPrefillTokens -= lease.PrefillTokens;
        }
    }

    /// <summary>A request that has no first token and is in no report gets one of the two.</summary>
    private static void LeaveUnreportedSent(Lease lease)
    {
        if (lease is { IsUnreported: true, Phase: LeasePhase.Sent })
        {
            var account = lease.Account;
            account.UnreportedSentRequests--;
            account.UnreportedPromptTokens -= lease.PromptTokens;
            account.UnreportedPrefillTokens -= lease.PrefillTokens;
        }
    }
}
