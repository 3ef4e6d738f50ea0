using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;
using HalfFull.Routing.Pipelines;

namespace HalfFull.Routing.Routers;

/// <summary>
/// The scheduler of llm-d and the Gateway API inference extension with its default profile: queue 2, KV use 2, prefix 3, highest sum wins. Scores are relative to the
/// range of the fleet, so one waiting request can weigh as much as a hundred; metrics older than 200 ms count as saturated. While the fleet is saturated, requests
/// of negative priority are refused, and with <c>hold</c> all wait at the host.
/// </summary>
[Policy("llmd", "Highest weighted sum of short queue, free KV memory and cached prefix, as llm-d; scores relative to the fleet overrate small differences.")]
public sealed class LlmD(LlmD.Options options, RouterSeed seed) : IRouter, IStateless
{
    private const double Ceiling = 1;
    private readonly WeightedPipeline pipeline = new(
        [
            new WeightedScorer(new RangeScorer(RangeScorer.Count.Waiting), options.Queue),
            new WeightedScorer(new KvUsageScorer(), options.Kv),
            new WeightedScorer(new PrefixScorer(), options.Prefix),
            new WeightedScorer(new RangeScorer(RangeScorer.Count.Running), options.Running),
            new WeightedScorer(new TokenLoadScorer(), options.Tokens),
        ],
        [new FreshFilter(options.Stale)],
        options.Pick,
        seed);

    /// <inheritdoc/>
    public bool NeedsPrefixHits => pipeline.NeedsPrefixHits;

    /// <inheritdoc/>
    public RouteDecision Choose(in RouteRequest request, ReadOnlySpan<ReplicaView> candidates, Span<double> scores)
    {
        if (options.Hold is not null || request.Request.Priority < 0)
        {
            var saturation = Saturation.Of(candidates, options.Stale);
            if (request.Request.Priority < 0 && saturation >= Ceiling)
            {
                scores.Fill(double.NaN);
                return RouteDecision.Reject("saturated, and the request may be shed");
            }

            if (saturation >= options.Hold)
            {
                scores.Fill(double.NaN);
                return RouteDecision.Hold("saturated");
            }
        }

        return RouteDecision.Route(pipeline.Pick(request, candidates, scores), "highest weighted sum");
    }

    /// <summary>Options.</summary>
    public sealed record Options
    {
        /// <summary>Weight of the queue.</summary>
        [Option("Weight of few requests waiting.")]
        [Range(0.0, 1e6)]
        public double Queue { get; init; } = 2;

        /// <summary>Weight of KV use.</summary>
        [Option("Weight of free KV memory.")]
        [Range(0.0, 1e6)]
        public double Kv { get; init; } = 2;

        /// <summary>Weight of prefix hits.</summary>
        [Option("Weight of the share of the prompt that is cached.")]
        [Range(0.0, 1e6)]
        public double Prefix { get; init; } = 3;

        /// <summary>Weight of running requests.</summary>
        [Option("Weight of few requests running.")]
        [Range(0.0, 1e6)]
        public double Running { get; init; }

        /// <summary>Weight of token load.</summary>
        [Option("Weight of few tokens in flight.")]
        [Range(0.0, 1e6)]
        public double Tokens { get; init; }

        /// <summary>The picker.</summary>
        [Option("How one is picked by the weighted sums.")]
        public ReplicaPicker Pick { get; init; }

        /// <summary>Age from which metrics are stale.</summary>
        [Option("Age from which a report counts as saturated and its replica is left out, unless all are.")]
        public TimeSpan Stale { get; init; } = TimeSpan.FromMilliseconds(200);

        /// <summary>Saturation from which requests wait.</summary>
        [Option("Mean saturation (1: five waiting or 80% of memory in use) from which requests wait at the host; llm-d's flow control uses 1.")]
        [Range(0.01, 1000.0)]
        public double? Hold { get; init; }
    }
}
