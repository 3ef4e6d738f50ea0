using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;

namespace HalfFull.Routing.Routers;

/// <summary>
/// SAL (our own reading of arXiv 2410.17840, not its authors' formula): least estimated time until the prompt is prefilled or memory is released, whichever is
/// later, weighted by KV use and batch size. Sees what requests cost where they would go; on short, even prompts it gains little over counting requests.
/// </summary>
[Policy("sal", "Least time until prefilled or until memory is free, prefix hits counted (our reading of SAL); gains little when prompts are short and even.")]
public sealed class Sal(Sal.Options options, RouterSeed seed, Rng rng) : IExplainedRouter, IRestorable
{
    private const double GrowthTokensPerSequence = 512; // most expected growth of one running sequence, tokens
    private const double GrowthTokensPerUnreported = 100; // the same of a request on a replica that reports nothing, tokens
    private readonly Rng draws = rng.Fork("router-sal");

    /// <inheritdoc/>
    public bool NeedsPrefixHits => options.Cache;

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var neutral = Neutral.Of(candidates);
        var jitter = options.Eps ?? (request.Gateways > 1 ? 1 : 0);
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            var score = Cost(request, candidates[i], neutral);
            score *= jitter > 0 ? 1 + (jitter * draws.NextDouble()) : 1;
            least.Offer(i, candidates[i].Replica, score);
            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return RouteDecision.Route(least.Index, "least time to prefill or to free memory");
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ScoreParts { get; } = ["queuedPrefillSeconds", "ownPrefillSeconds", "memorySeconds", "kvShare", "requests"];

    /// <inheritdoc/>
    public void Explain(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> parts)
    {
        var neutral = Neutral.Of(candidates);
        for (var i = 0; i < candidates.Length; i++)
        {
            ref readonly var view = ref candidates[i];
            var rate = Known(view.PrefillTokensPerSecond) ?? neutral.PrefillRate;
            var load = Load.Of(view, options.Corrections ? request.Gateways : 0, rate);
            var own = parts.Slice(i * ScoreParts.Count, ScoreParts.Count);
            own[0] = load.QueuedPrefill / rate;
            own[1] = (request.Request.PromptTokens - (options.Cache ? view.CachedPromptTokens ?? 0 : 0)) / rate;
            own[2] = options.Memory ? Release(view, load, request.Request.PromptTokens, neutral) : double.NaN;
            own[3] = view.KvCapacityTokens is > 0 and { } capacity ? load.Kv / capacity : double.NaN;
            own[4] = load.Requests;
        }
    }

    /// <inheritdoc/>
    public void Save(StateWriter state) => draws.Save(state);

    /// <inheritdoc/>
    public void Restore(ref StateReader state) => draws.Restore(ref state);

    private double Cost(in RouteRequest request, in ReplicaView view, in Neutral neutral)
    {
        var prompt = request.Request.PromptTokens;
        var uncached = prompt - (options.Cache ? view.CachedPromptTokens ?? 0 : 0);
        var rate = Known(view.PrefillTokensPerSecond) ?? neutral.PrefillRate;
        var load = Load.Of(view, options.Corrections ? request.Gateways : 0, rate);
        var prefill = (load.QueuedPrefill + uncached) / rate;
        var release = Release(view, load, prompt, neutral);
        var used = view.KvCapacityTokens is > 0 and { } capacity ? load.Kv / capacity : 0;
        return options.Form switch
        {
            CostForm.WeightFree => Math.Max(prefill, release) * (1 + load.Requests),
            CostForm.Time => Math.Max((load.QueuedPrefill / rate), release) + (uncached / rate) + view.Latency.TotalSeconds,
            _ => (Math.Max(prefill, release) + (options.KvWeight * used)) * (1 + (options.BatchFactor * load.Requests)),
        };
    }

    /// <summary>T_mem: seconds until the memory that is missing has been released; 0 when none is, or when the capacity is unknown.</summary>
    private double Release(in ReplicaView view, in Load load, int prompt, in Neutral neutral)
    {
        if (!options.Memory || view.KvCapacityTokens is not (> 0 and { } capacity))
        {
            return 0;
        }

        // Without a report of the engine, which of the requests run is not known: each is expected to grow by a round number.
        var growth = view.Running is { } running
            ? running * Math.Min(GrowthTokensPerSequence, Known(view.MeanOutputTokens) ?? neutral.MeanOutput)
            : GrowthTokensPerUnreported * load.Requests;
        var missing = load.Kv + prompt + growth - capacity;
        return Math.Max(0, missing) / (Known(view.ReleasedTokensPerSecond) ?? neutral.ReleaseRate);
    }

    /// <summary>A rate as reported; null when nobody knows it or what was reported cannot be one, such as the 0 of an engine that has done nothing yet.</summary>
    private static double? Known(double? rate) => rate is { } value && double.IsFinite(value) && value > 0 ? value : null;

    /// <summary>The formula that is evaluated.</summary>
    public enum CostForm
    {
        /// <summary>(max(T_pre, T_mem) + weight * KV share) * (1 + factor * requests).</summary>
        Product,

        /// <summary>Queued time or memory time, plus own prefill and latency.</summary>
        Time,

        /// <summary>max(T_pre, T_mem) * (1 + requests).</summary>
        WeightFree,
    }

    /// <summary>Every ingredient, with the recommended defaults.</summary>
    public sealed record Options
    {
        /// <summary>Weight of the share of KV in use, seconds.</summary>
        [Option("Weight of the share of KV memory in use, in seconds.")]
        [Range(0.0, 1e6)]
        public double KvWeight { get; init; } = 0.2;

        /// <summary>Weight of each request on the replica.</summary>
        [Option("How much each request on the replica raises the cost.")]
        [Range(0.0, 1e6)]
        public double BatchFactor { get; init; } = 0.1;

        /// <summary>Random spread of the cost; null: 0 with one gateway, 1 with several.</summary>
        [Option("Random spread of the cost against herds; auto is 0 with one gateway and 1 with several.", Null = "auto")]
        [Range(0.0, 100.0)]
        public double? Eps { get; init; }

        /// <summary>Whether memory counts.</summary>
        [Option("Count the time until memory is released.")]
        public bool Memory { get; init; } = true;

        /// <summary>Whether prefix hits count.</summary>
        [Option("Count prompt tokens cached on the replica.")]
        public bool Cache { get; init; } = true;

        /// <summary>Whether stale reports are corrected by own dispatches.</summary>
        [Option("Correct stale reports by what was drained and dispatched since.")]
        public bool Corrections { get; init; } = true;

        /// <summary>The formula.</summary>
        [Option("Formula of the cost.")]
        public CostForm Form { get; init; } = CostForm.Product;
    }

    /// <summary>Load of a replica after the corrections for the age of its report; without a report, the host's own ledger.</summary>
    private readonly record struct Load(double QueuedPrefill, double Kv, double Requests)
    {
        internal static Load Of(in ReplicaView view, int gateways, double rate)
        {
            // The ledger counts what was sent after the report as well: it stands in for report and correction together.
            var queued = Math.Max(0, (view.QueuedPrefillTokens ?? 0) - (gateways > 0 ? view.Age.TotalSeconds * rate : 0));
            return new Load(
                queued + ((double)gateways * view.UnreportedPrefillTokens),
                view.KvTokensInUse is { } used
                    ? used + (view.KvTokensQueued ?? 0) + ((double)gateways * view.UnreportedPromptTokens)
                    : (double)Math.Max(1, gateways) * view.InFlightPromptTokens,
                view.Running + view.Waiting is { } present
                    ? present + ((double)gateways * view.UnreportedRequests)
                    : (double)Math.Max(1, gateways) * view.InFlightRequests);
        }
    }

    /// <summary>What stands in for figures that a replica has not reported: the mean of those that have, never 0.</summary>
    private readonly record struct Neutral(double PrefillRate, double ReleaseRate, double MeanOutput)
    {
        internal static Neutral Of(ReadOnlySpan<ReplicaView> candidates)
        {
            var (prefill, release, output) = (0.0, 0.0, 0.0);
            var (prefills, releases, outputs) = (0, 0, 0);
            foreach (ref readonly var view in candidates)
            {
                (prefill, prefills) = Sum(prefill, prefills, view.PrefillTokensPerSecond);
                (release, releases) = Sum(release, releases, view.ReleasedTokensPerSecond);
                (output, outputs) = Sum(output, outputs, view.MeanOutputTokens);
            }

            return new Neutral(
                prefills > 0 ? prefill / prefills : 10_000,
                releases > 0 ? release / releases : 500,
                outputs > 0 ? output / outputs : 256);
        }

        private static (double Sum, int Count) Sum(double sum, int count, double? value) =>
            Known(value) is { } known ? (sum + known, count + 1) : (sum, count);
    }
}
