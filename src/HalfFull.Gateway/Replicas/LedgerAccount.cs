namespace HalfFull.Gateway.Replicas;

/// <summary>Sums over the leases of one replica. All are exactly 0 when none is held.</summary>
public sealed class LedgerAccount
{
    /// <summary>An empty account.</summary>
    /// <param name="replica">Number of the replica.</param>
    public LedgerAccount(int replica) => Replica = replica;

    /// <summary>Number of the replica.</summary>
    public int Replica { get; }

    /// <summary>Counts restarts of the replica; leases of earlier epochs count no more.</summary>
    public long Epoch { get; internal set; } = 1;

    /// <summary>Requests reserved and not released.</summary>
    public int Requests { get; internal set; }

    /// <summary>Their prompt tokens.</summary>
    public long PromptTokens { get; internal set; }

    /// <summary>Output tokens that came back for them.</summary>
    public long OutputTokens { get; internal set; }

    /// <summary>Those of them without a first token.</summary>
    public int SentRequests { get; internal set; }

    /// <summary>Prompt tokens of those without a first token.</summary>
    public long SentPromptTokens { get; internal set; }

    /// <summary>Those of these tokens that must be computed: all but what the replica should have cached.</summary>
    public long SentPrefillTokens { get; internal set; }

    /// <summary>Requests that were sent after the last report was taken and have not ended: the report's counts know nothing of them.</summary>
    public int UnreportedRequests { get; internal set; }

    /// <summary>Those of them without a first token.</summary>
    public int UnreportedSentRequests { get; internal set; }

    /// <summary>Prompt tokens of those without a first token. The others' are in <see cref="CommittedTokens"/> as what is known to be there.</summary>
    public long UnreportedPromptTokens { get; internal set; }

    /// <summary>Those of these tokens that must be computed.</summary>
    public long UnreportedPrefillTokens { get; internal set; }

    /// <summary>Those of them without a first token whose answers will not show one.</summary>
    public int BlindRequests { get; internal set; }

    /// <summary>Prompt tokens of these that must be computed.</summary>
    public long BlindPrefillTokens { get; internal set; }

    /// <summary>When those will probably be prefilled, one after the other.</summary>
    internal TimeSpan BlindUntil { get; set; }

    /// <summary>When a first token came back last; null before.</summary>
    public TimeSpan? LastFirstToken { get; internal set; }

    /// <summary>KV tokens that its requests hold or will hold at least: prompts and what came back.</summary>
    public long CommittedTokens => PromptTokens + OutputTokens;

    /// <summary>The request without a first token that was sent first; null when there is none.</summary>
    public Lease? OldestSent => Sent.Oldest;

    internal LeaseList Sent { get; } = new(isOfUnreported: false);

    internal LeaseList Unreported { get; } = new(isOfUnreported: true);

    /// <summary>Whether nothing is reserved.</summary>
    public bool IsEmpty =>
        (Requests, PromptTokens, OutputTokens, SentRequests, SentPromptTokens, SentPrefillTokens) == (0, 0, 0, 0, 0, 0)
        && (UnreportedRequests, UnreportedSentRequests, UnreportedPromptTokens, UnreportedPrefillTokens, BlindRequests, BlindPrefillTokens) == (0, 0, 0, 0, 0, 0)
        && (Sent.Oldest, Sent.Newest, Unreported.Oldest, Unreported.Newest) == (null, null, null, null);
}
