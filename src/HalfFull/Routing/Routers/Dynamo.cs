using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// The cost of the KV router of NVIDIA Dynamo: blocks to prefill there, less a credit for blocks that are cached, and blocks that decode there. Loads are the router's
/// own books, as its replica sync is off by default: it does not see decode growth, nor what other gateways send.
/// </summary>
[Policy("dynamo", "Least blocks to prefill, less cached ones, plus blocks decoding, by the router's own books; does not see decode growth or other gateways.")]
public sealed class Dynamo(Dynamo.Options options, RouterSeed seed) : IRouter, IStateless
{
    private const ulong Sampling = 0xD14A;
    private double[] costs = [];

    /// <inheritdoc/>
    public bool NeedsPrefixHits => true;

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        if (costs.Length < candidates.Length)
        {
            costs = new double[candidates.Length * 2];
        }

        var leastPrefill = long.MaxValue;
        foreach (ref readonly var view in candidates)
        {
            leastPrefill = Math.Min(leastPrefill, view.InFlightPrefillTokens);
        }

        if (leastPrefill > options.QueueTokens)
        {
            scores.Fill(double.NaN);
            return RouteDecision.Hold("every replica has too much to prefill");
        }

        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        for (var i = 0; i < candidates.Length; i++)
        {
            costs[i] = Cost(request, candidates[i], leastPrefill);
            low = Math.Min(low, costs[i]);
            high = Math.Max(high, costs[i]);
        }

        // A draw from the softmax of -cost / (range T) is the least of cost / (range T) less a Gumbel draw.
        var scale = (high - low) * options.Temperature;
        var stream = HashedDraw.Stream(seed.Value, request, Sampling);
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            var score = scale > 0
                ? (costs[i] / scale) + Math.Log(-Math.Log(HashedDraw.Uniform(stream, candidates[i].Replica)))
                : costs[i];
            least.Offer(i, candidates[i].Replica, score);
            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return RouteDecision.Route(least.Index, "least blocks to prefill and to decode");
    }

    private double Cost(in RouteRequest request, in ReplicaView view, long leastPrefill)
    {
        var prompt = request.Request.PromptTokens;
        double block = options.BlockSize;
        var credit = options.OverlapWeight * Decay(view.InFlightPrefillTokens - leastPrefill, prompt) * (view.CachedPromptTokens ?? 0) / block;
        var prefill = Math.Max(0, ((view.InFlightPrefillTokens + prompt) / block) - credit);
        return (options.PrefillScale * prefill) + Math.Ceiling((view.InFlightPromptTokens + prompt) / block) + (options.RequestWeight * view.InFlightRequests);
    }

    private double Decay(long excessTokens, int prompt) => options.CreditDecay > 0
        ? 1 / (1 + (options.CreditDecay * excessTokens / (options.BlockSize * Math.Ceiling(prompt / (double)options.BlockSize))))
        : 1;

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Credit for cached blocks.</summary>
        [Option("Credit for a cached block (overlap_score_weight).")]
        [Range(0.0, 1e6)]
        public double OverlapWeight { get; init; } = 1;

        /// <summary>Weight of prefill.</summary>
        [Option("Weight of a block to prefill.")]
        [Range(0.0, 1e6)]
        public double PrefillScale { get; init; } = 1;

        /// <summary>Weight of requests.</summary>
        [Option("Weight of a request there, in blocks.")]
        [Range(0.0, 1e6)]
        public double RequestWeight { get; init; }

        /// <summary>Decay of the credit.</summary>
        [Option("How fast the credit fades with prefill queued beyond the least loaded replica's, in sizes of the request; 0: not.")]
        [Range(0.0, 1e6)]
        public double CreditDecay { get; init; }

        /// <summary>Softmax temperature.</summary>
        [Option("Temperature of the softmax over costs, scaled by their range; 0: the least cost.")]
        [Range(0.0, 1e6)]
        public double Temperature { get; init; }

        /// <summary>Tokens of a block.</summary>
        [Option("Tokens of a block.")]
        [Range(1, 65536)]
        public int BlockSize { get; init; } = 16;

        /// <summary>When requests wait.</summary>
        [Option("Prefill tokens above which on every replica requests wait at the host; 16 batches of 8192 tokens.")]
        [Range(1, int.MaxValue)]
        public int QueueTokens { get; init; } = 16 * 8192;
    }
}
