using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Pipelines;

/// <summary>
/// Filter, score, pick: the framework of the Gateway API inference extension and llm-d. Filters drop candidates, unless they would drop all; scorers rate them from 0
/// to 1 and their weighted sum is the score; a picker takes one. Build your own router of it in a line or two.
/// </summary>
public sealed class WeightedPipeline
{
    private const ulong Drawing = 0x11D0;
    private readonly WeightedScorer[] scorers;
    private readonly IReplicaFilter[] filters;
    private readonly ReplicaPicker picker;
    private readonly ulong seed;
    private double[] totals = [];
    private double[] opinions = [];

    /// <summary>A pipeline.</summary>
    /// <param name="scorers">Scorers and weights.</param>
    /// <param name="filters">Filters, asked one after another.</param>
    /// <param name="picker">How to pick.</param>
    /// <param name="seed">Breaks ties and draws.</param>
    public WeightedPipeline(IEnumerable<WeightedScorer> scorers, IEnumerable<IReplicaFilter> filters, ReplicaPicker picker, RouterSeed seed)
    {
        ArgumentNullException.ThrowIfNull(seed);
        this.scorers = [.. scorers.Where(static scorer => scorer.Weight > 0)];
        this.filters = [.. filters];
        this.picker = picker;
        this.seed = seed.Value;
    }

    /// <summary>Whether any scorer reads prefix hits.</summary>
    public bool NeedsPrefixHits => Array.Exists(scorers, static scorer => scorer.Scorer.NeedsPrefixHits);

    /// <summary>Picks a candidate.</summary>
    /// <param name="request">The request.</param>
    /// <param name="candidates">The replicas; at least one.</param>
    /// <param name="scores">Filled as by <see cref="IRouter.Choose"/>: the negated weighted sum.</param>
    public int Pick(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        if (totals.Length < candidates.Length)
        {
            totals = new double[candidates.Length * 2];
            opinions = new double[candidates.Length * 2];
        }

        var sums = totals.AsSpan(0, candidates.Length);
        sums.Clear();
        foreach (var (scorer, weight) in scorers)
        {
            var opinion = opinions.AsSpan(0, candidates.Length);
            scorer.Score(request, candidates, opinion);
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += weight * opinion[i];
            }
        }

        foreach (var filter in filters)
        {
            Apply(filter, request, candidates, sums);
        }

        return Pick(request, candidates, sums, scores);
    }

    /// <summary>Marks those that a filter drops with NaN, unless none would be left.</summary>
    private static void Apply(IReplicaFilter filter, in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> sums)
    {
        var isAnyKept = false;
        for (var i = 0; i < sums.Length && !isAnyKept; i++)
        {
            isAnyKept = !double.IsNaN(sums[i]) && filter.Keeps(request, candidates[i]);
        }

        for (var i = 0; i < sums.Length && isAnyKept; i++)
        {
            sums[i] = filter.Keeps(request, candidates[i]) ? sums[i] : double.NaN;
        }
    }

    private int Pick(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, ReadOnlySpan<double> sums, Span<double> scores)
    {
        var stream = HashedDraw.Stream(seed, request, Drawing);
        var least = new LeastScore(seed, request.Request.Id);
        for (var i = 0; i < sums.Length; i++)
        {
            var score = double.NaN;
            if (!double.IsNaN(sums[i]))
            {
                score = picker == ReplicaPicker.MaxScore
                    ? -sums[i]
                    : -Math.Log(HashedDraw.Uniform(stream, candidates[i].Replica)) / Math.Max(1e-9, sums[i]);
                least.Offer(i, candidates[i].Replica, score);
            }

            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return least.Index;
    }
}
