namespace HalfFull.Gateway.Replicas;

/// <summary>What the ledger holds for one attempt of one request on one epoch of one replica. The amounts are those of the reservation, never estimated again.</summary>
public sealed class Lease
{
    private LeaseLink sent;
    private LeaseLink unreported;

    internal Lease(LedgerAccount account, Request request, int attempt, TimeSpan sentAt, int cachedTokens)
    {
        Account = account;
        Epoch = account.Epoch;
        Request = request;
        Attempt = attempt;
        SentAt = sentAt;
        CachedTokens = Math.Clamp(cachedTokens, 0, request.PromptTokens);
    }

    /// <summary>The replica's account.</summary>
    public LedgerAccount Account { get; }

    /// <summary>The replica's epoch at the reservation.</summary>
    public long Epoch { get; }

    /// <summary>The request.</summary>
    public Request Request { get; }

    /// <summary>0 for the first try.</summary>
    public int Attempt { get; }

    /// <summary>When it was reserved.</summary>
    public TimeSpan SentAt { get; }

    /// <summary>Where it is.</summary>
    public LeasePhase Phase { get; internal set; }

    /// <summary>Output tokens that came back so far.</summary>
    public int OutputTokens { get; internal set; }

    /// <summary>When the first token came back; null before.</summary>
    public TimeSpan? FirstTokenAt { get; internal set; }

    /// <summary>Prompt tokens.</summary>
    public int PromptTokens => Request.PromptTokens;

    /// <summary>Prompt tokens that the replica should have cached, as was expected when it was sent.</summary>
    public int CachedTokens { get; }

    /// <summary>Prompt tokens that it must compute then; at least 1, as the last one is always computed.</summary>
    public int PrefillTokens => Math.Max(1, PromptTokens - CachedTokens);

    /// <summary>Whether every request there whose answer shows a first token had shown it when this one was sent.</summary>
    internal bool IsAlone { get; init; }

    /// <summary>Whether its answer will not show a first token: it is not streamed.</summary>
    internal bool IsBlind { get; init; }

    /// <summary>Whether it was sent after the replica's last report was taken.</summary>
    internal bool IsUnreported => Unreported.IsIn;

    /// <summary>When the first of the tokens came back that <see cref="MarkedTokens"/> does not count.</summary>
    internal TimeSpan MarkedAt { get; set; }

    /// <summary>Output tokens from which step times were learned.</summary>
    internal int MarkedTokens { get; set; }

    internal ref LeaseLink Sent => ref sent;

    internal ref LeaseLink Unreported => ref unreported;
}
