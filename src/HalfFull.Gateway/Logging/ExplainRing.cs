using System.Runtime.CompilerServices;
using HalfFull.Routing;
using HalfFull.Scheduling;
using HalfFull.Traces.Decisions;

namespace HalfFull.Gateway.Logging;

/// <summary>
/// The newest requests and the decisions about them, in memory that is taken once: what is new overwrites what is oldest. A fleet of more than eight
/// candidates fills the table sooner, so that fewer requests keep theirs. Not thread-safe.
/// </summary>
internal sealed class ExplainRing
{
    /// <summary>Most parts of a score that are kept.</summary>
    public const int MostParts = 8;

    private const int CandidatesPerRequest = 8;
    private const int FewestDecisions = 16;
    private const int FewestCandidates = 4096;
    private const int MostSamples = 8;
    private readonly RequestEntry[] requests;
    private readonly DecisionEntry[] decisions;
    private readonly CandidateEntry[] candidates;
    private long nextDecision;
    private long nextCandidate;

    /// <param name="capacity">Requests that are kept.</param>
    public ExplainRing(int capacity)
    {
        requests = new RequestEntry[capacity];
        decisions = new DecisionEntry[Math.Max(FewestDecisions, capacity + (capacity / 4))];
        candidates = new CandidateEntry[Math.Max(FewestCandidates, capacity * CandidatesPerRequest)];
    }

    /// <summary>Requests that are kept at most.</summary>
    public int Capacity => requests.Length;

    /// <summary>A request came in.</summary>
    public void Arrived(Request request) => requests[Slot(request.Id)] = new RequestEntry { Request = request, LastDecision = -1 };

    /// <summary>A request stands in the queue. Only changes are kept, and of many the first ones and the last.</summary>
    public void Queued(Request request, TimeSpan now, int position, HeldReason held)
    {
        ref var entry = ref EntryOf(request);
        Span<QueueSample> samples = entry.Samples;
        if (entry.SampleCount > 0 && samples[entry.SampleCount - 1] is var last && last.Position == position && last.Held == held)
        {
            return;
        }

        entry.SampleCount = Math.Min(MostSamples, entry.SampleCount + 1);
        samples[entry.SampleCount - 1] = new QueueSample(now, position, held);
    }

    /// <summary>The router chose.</summary>
    public void Routed(
        string router,
        in RouteRequest request,
        ReadOnlySpan<ReplicaView> views,
        in RouteDecision decision,
        ReadOnlySpan<double> scores,
        IReadOnlyList<string> partNames,
        ReadOnlySpan<double> parts)
    {
        ref var entry = ref EntryOf(request.Request);
        decisions[nextDecision % decisions.Length] = new DecisionEntry
        {
            Request = request.Request.Id,
            Router = router,
            Now = request.Now,
            Attempt = request.Attempt,
            Decision = decision,
            Chosen = decision.Index >= 0 ? views[decision.Index].Replica : -1,
            PartNames = partNames,
            First = nextCandidate,
            Count = views.Length,
            Previous = entry.LastDecision,
        };
        entry.LastDecision = nextDecision++;
        for (var i = 0; i < views.Length; i++)
        {
            ref var candidate = ref candidates[nextCandidate++ % candidates.Length];
            candidate.Replica = views[i].Replica;
            candidate.Score = scores.IsEmpty ? double.NaN : scores[i];
            candidate.Predicted = PredictedTtft.Seconds(request, views[i]);
            if (!parts.IsEmpty)
            {
                Span<double> kept = candidate.Parts;
                parts.Slice(i * partNames.Count, partNames.Count).CopyTo(kept);
            }
        }
    }

    /// <summary>A request ended for its client.</summary>
    public void Finished(in FinishedRequest finished)
    {
        ref var entry = ref requests[Slot(finished.Id)];
        if (entry.Request?.Id == finished.Id)
        {
            entry.Finished = finished;
        }
    }

    /// <summary>What is known of a request; null when it is not kept.</summary>
    public Explanation? Explain(long id)
    {
        ref readonly var entry = ref requests[Slot(id)];
        if (entry.Request is not { } request || request.Id != id)
        {
            return null;
        }

        ReadOnlySpan<QueueSample> samples = entry.Samples;
        var found = new List<ExplainedDecision>();
        for (var at = entry.LastDecision; at >= 0 && at > nextDecision - 1 - decisions.Length;)
        {
            ref readonly var decision = ref decisions[at % decisions.Length];
            if (decision.Request != id)
            {
                break;
            }

            found.Insert(0, Decision(decision));
            at = decision.Previous;
        }

        return new Explanation
        {
            Id = id,
            Arrival = request.Arrival,
            PromptTokens = request.PromptTokens,
            MaxOutputTokens = request.MaxOutputTokens,
            Tenant = request.Tenant,
            Priority = request.Priority,
            Queue = samples[..entry.SampleCount].ToArray(),
            Decisions = found,
            Finished = entry.Finished,
        };
    }

    /// <summary>Decisions from a number on, the newest at most, the oldest of them first.</summary>
    /// <param name="from">Number of the first that is wanted; the first of all is 0.</param>
    /// <param name="most">How many are told at most.</param>
    public RecentDecisions Since(long from, int most)
    {
        var first = Math.Max(Math.Min(from, nextDecision), nextDecision - Math.Min(most, decisions.Length));
        var found = new List<RecentDecision>();
        for (var at = Math.Max(0, first); at < nextDecision; at++)
        {
            ref readonly var decision = ref decisions[at % decisions.Length];
            ref readonly var entry = ref requests[Slot(decision.Request)];
            var request = entry.Request?.Id == decision.Request ? entry.Request : null;
            found.Add(new RecentDecision(decision.Request, request, decision.Now, decision.Attempt, decision.Decision.Kind, decision.Chosen, decision.Decision.Reason, decision.Count));
        }

        return new RecentDecisions(found, nextDecision, Math.Max(0, first - Math.Min(from, nextDecision)));
    }

    private ExplainedDecision Decision(in DecisionEntry entry)
    {
        var table = new List<ExplainedCandidate>();
        if (entry.First >= nextCandidate - candidates.Length)
        {
            for (var i = 0; i < entry.Count; i++)
            {
                ref readonly var candidate = ref candidates[(entry.First + i) % candidates.Length];
                ReadOnlySpan<double> parts = candidate.Parts;
                table.Add(new ExplainedCandidate(candidate.Replica, candidate.Score, candidate.Predicted, parts[..entry.PartNames.Count].ToArray()));
            }
        }

        return new ExplainedDecision(entry.Router, entry.Now, entry.Attempt, entry.Decision.Kind, entry.Chosen, entry.Decision.Reason, entry.PartNames, table);
    }

    private ref RequestEntry EntryOf(Request request)
    {
        ref var entry = ref requests[Slot(request.Id)];
        if (entry.Request?.Id != request.Id)
        {
            entry = new RequestEntry { Request = request, LastDecision = -1 };
        }

        return ref entry;
    }

    private int Slot(long id) => (int)((ulong)id % (ulong)requests.Length);

    private struct RequestEntry
    {
        public Request? Request;
        public long LastDecision;
        public FinishedRequest? Finished;
        public int SampleCount;
        public QueueSamples Samples;
    }

    private struct DecisionEntry
    {
        public long Request;
        public string Router;
        public TimeSpan Now;
        public int Attempt;
        public RouteDecision Decision;
        public int Chosen;
        public IReadOnlyList<string> PartNames;
        public long First;
        public int Count;
        public long Previous;
    }

    private struct CandidateEntry
    {
        public int Replica;
        public double Score;
        public double Predicted;
        public PartValues Parts;
    }

    [InlineArray(MostParts)]
    private struct PartValues
    {
        private double first;
    }

    [InlineArray(MostSamples)]
    private struct QueueSamples
    {
        private QueueSample first;
    }
}
