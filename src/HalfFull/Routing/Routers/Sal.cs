using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Routing.Routers;

/// <summary>
/// SAL (our own reading of arXiv 2410.17840, not its authors' formula): least estimated time until the prompt is prefilled or memory is released, whichever is
/// later, weighted by KV use and batch size, and the way there. Sees what requests cost where they would go; on short, even prompts it gains little over counting
/// requests.
/// </summary>
[Policy("sal", "Least time until prefilled or until memory is free, prefix hits counted (our reading of SAL); gains little when prompts are short and even.")]
public sealed class Sal(Sal.Options options, RouterSeed seed) : IExplainedRouter, IStateless
{
    private const double GrowthTokensPerSequence = 512; // most expected growth of one running sequence, tokens
    private const double GrowthTokensPerUnreported = 100; // the same of a request on a replica that reports nothing, tokens
    private const ulong Spreading = 0x5A11;
    private const ulong Sampling = 0x5A12;
    private const string Reason = "least time to prefill or to free memory";
    private readonly bool isPlain = options is { Eps: null or 0, Choices: null, Band: 0, Hold: null };
    private double[] costs = [];
    private ulong[] draws = [];

    /// <inheritdoc/>
    public bool NeedsPrefixHits => options.Cache;

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        var rates = FleetRates.Of(candidates);
        return isPlain && scores.IsEmpty && request.Gateways <= 1
            ? RouteDecision.Route(Least(request, candidates, ref rates), Reason)
            : WithTable(request, candidates, ref rates, scores);
    }

    /// <summary>The decision where costs are neither spread nor sampled, tied or bounded, and nobody asked for them: one pass, nothing kept.</summary>
    private int Least(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, ref FleetRates rates)
    {
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            least.Offer(i, candidates[i].Replica, Cost(request, candidates[i], ref rates, least.Score));
        }

        return least.Index;
    }

    private RouteDecision WithTable(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, ref FleetRates rates, Span<double> scores)
    {
        if (costs.Length < candidates.Length)
        {
            costs = new double[candidates.Length * 2];
            draws = new ulong[candidates.Length * 2];
        }

        var jitter = options.Eps ?? (request.Gateways > 1 ? 1 : 0);
        var spread = HashedDraw.Stream(seed.Value, request, Spreading);
        var sampled = Sampled(request, candidates);
        var lowest = double.PositiveInfinity;
        for (var i = 0; i < candidates.Length; i++)
        {
            costs[i] = double.NaN;
            if (draws[i] <= sampled)
            {
                costs[i] = Cost(request, candidates[i], ref rates);
                costs[i] *= jitter > 0 ? 1 + (jitter * HashedDraw.Uniform(spread, candidates[i].Replica)) : 1;
                lowest = Math.Min(lowest, costs[i]);
            }
        }

        if (options.Hold is { } most && lowest > most.TotalSeconds)
        {
            scores.Fill(double.NaN);
            return RouteDecision.Hold("every replica costs too much");
        }

        return RouteDecision.Route(Pick(request, candidates, lowest, scores), Reason);
    }

    /// <summary>The largest draw of those sampled; all when nobody asked for a sample.</summary>
    private ulong Sampled(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates)
    {
        var used = draws.AsSpan(0, candidates.Length);
        used.Clear();
        if (options.Choices is not { } choices || choices >= candidates.Length)
        {
            return ulong.MaxValue;
        }

        var stream = HashedDraw.Stream(seed.Value, request, Sampling);
        Span<ulong> least = stackalloc ulong[Options.MostChoices];
        least = least[..choices];
        least.Fill(ulong.MaxValue);
        for (var i = 0; i < used.Length; i++)
        {
            used[i] = HashedDraw.Bits(stream, candidates[i].Replica);
            var place = choices - 1;
            if (used[i] >= least[place])
            {
                continue;
            }

            while (place > 0 && least[place - 1] > used[i])
            {
                least[place] = least[place - 1];
                place--;
            }

            least[place] = used[i];
        }

        return least[^1];
    }

    /// <summary>Costs within the band above the lowest are one and the same cost.</summary>
    private int Pick(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, double lowest, Span<double> scores)
    {
        var band = lowest * (1 + options.Band);
        var least = new LeastScore(seed.Value, request.Request.Id);
        for (var i = 0; i < candidates.Length; i++)
        {
            var score = costs[i] <= band ? lowest : costs[i];
            if (!double.IsNaN(score))
            {
                least.Offer(i, candidates[i].Replica, score);
            }

            if (!scores.IsEmpty)
            {
                scores[i] = score;
            }
        }

        return least.Index;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ScoreParts { get; } = ["queuedPrefillSeconds", "ownPrefillSeconds", "memorySeconds", "kvShare", "requests"];

    /// <inheritdoc/>
    public void Explain(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> parts)
    {
        var rates = FleetRates.Of(candidates);
        for (var i = 0; i < candidates.Length; i++)
        {
            ref readonly var view = ref candidates[i];
            var rate = rates.PrefillOf(view);
            var load = Load.Of(view, options.Corrections ? request.Gateways : 0, rate);
            var own = parts.Slice(i * ScoreParts.Count, ScoreParts.Count);
            own[0] = load.QueuedPrefill / rate;
            own[1] = (request.Request.PromptTokens - (options.Cache ? view.CachedPromptTokens ?? 0 : 0)) / rate;
            own[2] = options.Memory ? Release(view, load, request.Request.PromptTokens, ref rates) : double.NaN;
            own[3] = view.KvCapacityTokens is > 0 and { } capacity ? load.Kv / capacity : double.NaN;
            own[4] = load.Requests;
        }
    }

    /// <summary>The cost, or infinity as soon as it is certain to exceed <paramref name="most"/>.</summary>
    private double Cost(in RouteRequest request, in ReplicaView view, ref FleetRates rates, double most = double.PositiveInfinity)
    {
        var prompt = request.Request.PromptTokens;
        var uncached = prompt - (options.Cache ? view.CachedPromptTokens ?? 0 : 0);
        var rate = rates.PrefillOf(view);
        var load = Load.Of(view, options.Corrections ? request.Gateways : 0, rate);
        var own = options.Alpha == 0 ? uncached : uncached + (options.Alpha * uncached * (prompt - (uncached / 2.0))); // tokens that it is like
        if (options.Form == CostForm.Time)
        {
            var residual = load.Requests > 0 && view.SecondsPerStep is > 0 and { } step && double.IsFinite(step) ? step / 2 : 0;
            return Math.Max(load.QueuedPrefill / rate, NetRelease(view, load, prompt, ref rates)) + (own / rate) + residual + Seconds(view.Latency);
        }

        // Queue and own prompt alone turn most replicas down, without a division; one part in a million covers the rounding.
        var factor = options.Form == CostForm.WeightFree ? 1 : options.BatchFactor;
        if ((load.QueuedPrefill + own) * (1 + (factor * load.Requests)) > most * rate * (1 + 1e-6))
        {
            return double.PositiveInfinity;
        }

        // Comparisons, not Math.Max: nothing here is NaN, and its care for that costs as much as the rest.
        var (prefill, release) = ((load.QueuedPrefill + own) / rate, Release(view, load, prompt, ref rates));
        var work = prefill > release ? prefill : release;
        var used = view.KvCapacityTokens is > 0 and { } capacity ? load.Kv / capacity : 0;
        return Seconds(view.Latency) + (options.Form == CostForm.WeightFree
            ? work * (1 + load.Requests)
            : (work + (options.KvWeight * used)) * (1 + (options.BatchFactor * load.Requests)));
    }

    /// <summary>T_mem: seconds until the memory that is missing has been released; 0 when none is, or when the capacity is unknown.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Release(in ReplicaView view, in Load load, int prompt, ref FleetRates rates)
    {
        if (!options.Memory || view.KvCapacityTokens is not (> 0 and { } capacity))
        {
            return 0;
        }

        // Without a report of the engine, which of the requests run is not known: each is expected to grow by a round number.
        var growth = view.Running is { } running
            ? running * (rates.OutputOf(view) is < GrowthTokensPerSequence and var output ? output : GrowthTokensPerSequence)
            : GrowthTokensPerUnreported * load.Requests;
        var missing = load.Kv + prompt + growth - capacity;
        return missing > 0 ? missing / rates.ReleaseOf(view) : 0;
    }

    /// <summary>
    /// T_mem of the form of time: growth is not in what is missing but in the rate, of which running sequences take back as much as their outputs grow: in the
    /// steady state the net rate is the gross one times prompt / (prompt + output). Memory in use without any request is a stale report.
    /// </summary>
    private double NetRelease(in ReplicaView view, in Load load, int prompt, ref FleetRates rates)
    {
        if (!options.Memory || load.Requests <= 0 || view.KvCapacityTokens is not (> 0 and { } capacity))
        {
            return 0;
        }

        var output = rates.OutputOf(view);
        var meanPrompt = view.InFlightRequests > 0 ? (double)view.InFlightPromptTokens / view.InFlightRequests : 0;
        var net = meanPrompt > 0 ? meanPrompt / (meanPrompt + output) : 1;
        return Math.Max(0, load.Kv + prompt - capacity) / (rates.ReleaseOf(view) * net);
    }

    /// <summary>Seconds of a time that is mostly 0, which needs no division.</summary>
    private static double Seconds(TimeSpan time) => time.Ticks == 0 ? 0 : time.TotalSeconds;

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

        /// <summary>Quadratic part of prefill.</summary>
        [Option("Growth of the cost of a prompt's own prefill for each token of context: alpha in n + alpha n (P - n/2).")]
        [Range(0.0, 1.0)]
        public double Alpha { get; init; }

        /// <summary>Costs that count as equal.</summary>
        [Option("Costs up to this share above the lowest count as equal to it, and ties are random.")]
        [Range(0.0, 100.0)]
        public double Band { get; init; }

        /// <summary>Replicas looked at; null: all.</summary>
        [Option("Replicas drawn at random that are compared, against herds (off: all).")]
        [Range(1, MostChoices)]
        public int? Choices { get; init; }

        /// <summary>Cost above which requests wait at the host; null: never.</summary>
        [Option("Cost above which on every replica a request waits at the host.")]
        public TimeSpan? Hold { get; init; }

        internal const int MostChoices = 64;
    }

    /// <summary>Load of a replica after the corrections for the age of its report; without a report, the host's own ledger.</summary>
    private readonly record struct Load(double QueuedPrefill, double Kv, double Requests)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal static Load Of(in ReplicaView view, int gateways, double rate)
        {
            // The ledger counts what was sent after the report as well: it stands in for report and correction together.
            var queued = (view.QueuedPrefillTokens ?? 0) - (gateways > 0 ? Seconds(view.Age) * rate : 0);
            return new Load(
                (queued > 0 ? queued : 0) + ((double)gateways * view.UnreportedPrefillTokens),
                view.KvTokensInUse is { } used
                    ? used + (view.KvTokensQueued ?? 0) + ((double)gateways * view.UnreportedPromptTokens)
                    : (double)Math.Max(1, gateways) * view.InFlightPromptTokens,
                view.Running + view.Waiting is { } present
                    ? present + ((double)gateways * view.UnreportedRequests)
                    : (double)Math.Max(1, gateways) * view.InFlightRequests);
        }
    }
}
