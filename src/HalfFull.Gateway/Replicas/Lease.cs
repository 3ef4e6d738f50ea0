namespace HalfFull.Gateway.Replicas;

/// <summary>What the ledger holds for one attempt of one request on one epoch of one replica. The amounts are those of the reservation, never estimated again.</summary>
public sealed class Lease
{
    internal Lease(LedgerAccount account, Request request, int attempt, TimeSpan sentAt)
    {
        Account = account;
        Epoch = account.Epoch;
        Request = request;
        Attempt = attempt;
        SentAt = sentAt;
        IsUnreported = true;
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

    /// <summary>Whether every request there whose answer shows a first token had shown it when this one was sent.</summary>
    internal bool IsAlone { get; init; }

    /// <summary>Whether its answer will not show a first token: it is not streamed.</summary>
    internal bool IsBlind { get; init; }

    /// <summary>Whether it was sent after the replica's last report was taken and has no first token yet.</summary>
    internal bool IsUnreported { get; set; }

    internal Lease? Previous { get; set; }

    internal Lease? Next { get; set; }
}
