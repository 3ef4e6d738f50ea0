using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Routing;
using HalfFull.Scheduling;

namespace HalfFull.Gateway.Logging;

/// <summary>Keeps in a ring what a front scheduler does. The ring's owner serialises it.</summary>
/// <param name="ring">The ring.</param>
/// <param name="only">The one request that is kept; null for all.</param>
internal sealed class RingWatcher(ExplainRing ring, long? only = null) : IFrontWatcher
{
    /// <inheritdoc/>
    public IRouter Watch(IRouter router, PolicySpec spec) => new WatchedRouter(router, spec.ToString(), this);

    /// <inheritdoc/>
    public void Joined(TimeSpan now, Request request, int waiting)
    {
        if (Keeps(request))
        {
            ring.Queued(request, now, waiting, HeldReason.None);
        }
    }

    /// <inheritdoc/>
    public void Held(TimeSpan now, Request request, int position, HeldReason reason)
    {
        if (Keeps(request))
        {
            ring.Queued(request, now, position, reason);
        }
    }

    private bool Keeps(Request request) => only is null || only == request.Id;

    private sealed class WatchedRouter(IRouter inner, string name, RingWatcher watcher) : IRouter
    {
        private readonly IExplainedRouter? explained = inner as IExplainedRouter;
        private double[] scores = new double[16];
        private double[] parts = new double[16 * ExplainRing.MostParts];

        public bool NeedsPrefixHits => inner.NeedsPrefixHits;

        public bool NeedsSequences => inner.NeedsSequences;

        public bool NeedsPrediction => inner.NeedsPrediction;

        public IReadOnlyList<LearnedFigure> Learned => inner.Learned;

        public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
        {
            if (!watcher.Keeps(request.Request))
            {
                return inner.Choose(request, candidates, scores);
            }

            var table = scores.IsEmpty ? Room(candidates.Length) : scores;
            var filled = Parts(request, candidates);
            var decision = inner.Choose(request, candidates, table);
            watcher.Chose(name, request, candidates, decision, table, explained?.ScoreParts ?? [], filled);
            return decision;
        }

        public void Dispatched(in RouteRequest request, in ReplicaView replica) => inner.Dispatched(request, replica);

        public void FirstToken(Request request, int replica, TimeSpan now) => inner.FirstToken(request, replica, now);

        public void Ended(in RequestRecord record) => inner.Ended(record);

        private Span<double> Room(int candidates)
        {
            if (scores.Length < candidates)
            {
                scores = new double[candidates * 2];
                parts = new double[candidates * 2 * ExplainRing.MostParts];
            }

            return scores.AsSpan(0, candidates);
        }

        private ReadOnlySpan<double> Parts(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates)
        {
            if (explained is null)
            {
                return default;
            }

            Room(candidates.Length);
            var filled = parts.AsSpan(0, candidates.Length * explained.ScoreParts.Count);
            explained.Explain(request, candidates, filled);
            return filled;
        }
    }

    private void Chose(
        string router, in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, in RouteDecision decision, ReadOnlySpan<double> scores, IReadOnlyList<string> names, ReadOnlySpan<double> parts) =>
        ring.Routed(router, request, candidates, decision, scores, names, parts);
}
