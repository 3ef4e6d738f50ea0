using HalfFull.Metrics;

namespace HalfFull.Engine;

/// <summary>
/// A request while it lives in an engine. There are no phases: <see cref="ComputedTokens"/> chases <see cref="KnownTokens"/>, and a token is
/// sampled in the step in which it catches up. Policies read it; only the engine core writes it.
/// </summary>
public sealed class Sequence
{
    internal Sequence(Request request, int outputLimit)
    {
        Request = request;
        OutputLimit = outputLimit;
        PromptTokens = request.PromptTokens;
        KnownTokens = request.PromptTokens;
    }

    /// <summary>The request; in a replica that only prefills, one for a single token more.</summary>
    public Request Request { get; internal set; }

    /// <summary>Small dense number, unique among the sequences that live in the engine at one time: index your own arrays by it.</summary>
    public int Slot { get; internal set; }

    /// <summary>Where it is in its life.</summary>
    public SequenceState State { get; internal set; }

    /// <summary>Prompt tokens.</summary>
    public int PromptTokens { get; }

    /// <summary>Output tokens generated so far; a preemption keeps them.</summary>
    public int OutputTokens { get; internal set; }

    /// <summary>Prompt and generated tokens: what must be in the KV cache before the next token can be sampled.</summary>
    public int KnownTokens { get; internal set; }

    /// <summary>Tokens whose KV exists.</summary>
    public int ComputedTokens { get; internal set; }

    /// <summary>Tokens still to compute before the next token is sampled.</summary>
    public int RemainingTokens => KnownTokens - ComputedTokens;

    /// <summary>Whether it only needs one token computed to emit the next one, having emitted before.</summary>
    public bool IsDecoding => KnownTokens - ComputedTokens == 1 && OutputTokens > 0;

    /// <summary>Most output tokens it can get here: the request's own limit, cut to what fits into the pool and the context.</summary>
    public int OutputLimit { get; internal set; }

    /// <summary>Tokens that it had to prefill when it last joined the queue: known tokens less the prefix-cache hit at that time.</summary>
    public int UncachedTokens { get; internal set; }

    /// <summary>Prompt tokens found in the prefix cache at its first admission.</summary>
    public int CachedTokens { get; internal set; }

    /// <summary>KV blocks held, those shared with others included.</summary>
    public int HeldBlocks => PrivateBlocks + SharedBlocks;

    /// <summary>KV tokens that lie in shared prefix units which it holds; the rest is its own.</summary>
    public int SharedTokens { get; internal set; }

    /// <summary>Tokens whose KV was copied to host memory when it lost its blocks, and comes back with its next admission; 0 unless it waits so.</summary>
    public int SwappedTokens { get; internal set; }

    /// <summary>Times it lost its KV blocks.</summary>
    public int Preemptions { get; internal set; }

    /// <summary>Tokens that the plan in the making, or the step in flight, computes for it; 0 when it is not part of it.</summary>
    public int ScheduledTokens { get; internal set; }

    /// <summary>Whether the plan in the making, or the step in flight, admitted it.</summary>
    public bool AdmittedInPlan { get; internal set; }

    /// <summary>Start of the first step that computed one of its tokens; null before.</summary>
    public TimeSpan? FirstScheduled { get; internal set; }

    /// <summary>Times it was moved to another replica while it was decoded.</summary>
    public int Migrations { get; internal set; }

    /// <summary>Whether another replica decodes it: it leaves with its next token, and its KV stays until it has been copied.</summary>
    internal bool HandsOver { get; set; }

    /// <summary>Replica that prefilled it for another one to decode; null where one does both.</summary>
    internal int? PrefillReplica { get; set; }

    /// <summary>Time that it spent between replicas: from its token until its KV had arrived.</summary>
    internal TimeSpan HandoverTime { get; set; }

    internal int PrivateBlocks { get; set; }

    internal int SharedBlocks { get; set; }

    /// <summary>Leading prefix units that it holds in the shared cache, from the first on.</summary>
    internal int SharedUnits { get; set; }

    /// <summary>Asked to go while its step was in flight.</summary>
    internal bool Aborting { get; set; }

    /// <summary>Runs because the policy left the engine without work: nobody takes its blocks before it has emitted a token.</summary>
    internal bool IsForced { get; set; }

    internal int QueueHandle { get; set; } = -1;

    /// <summary>Most tokens ever computed: what lies below is recomputed when computed again.</summary>
    internal int HighWater { get; set; }

    internal TimeSpan FirstToken { get; set; }

    /// <summary>When it emitted its last token; 0 before the first.</summary>
    public TimeSpan LastToken { get; internal set; }

    /// <summary>Output tokens after which it stops. Hosts that know (a simulator) set it; it never exceeds the limit.</summary>
    internal int StopAfter { get; set; }

    internal long MatchVersion { get; set; } = -1;

    internal int MatchedUnits { get; set; }

    /// <summary>What has happened to it until now, when it leaves.</summary>
    internal RequestRecord ToRecord(int replica, TimeSpan now, Outcome outcome) => new(
        Request.Id,
        Request.Arrival,
        FirstScheduled ?? now,
        OutputTokens > 0 ? FirstToken : now,
        now,
        PromptTokens,
        CachedTokens,
        OutputTokens,
        Preemptions,
        replica,
        Request.Tenant,
        outcome)
    {
        PrefillReplica = PrefillReplica,
        Handover = HandoverTime,
        Migrations = Migrations,
    };
}
