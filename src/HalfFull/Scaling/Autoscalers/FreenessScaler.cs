using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;

namespace HalfFull.Scaling.Autoscalers;

/// <summary>
/// The band of Llumnix (Sun et al., OSDI 2024): adds a replica while the fleet's freeness, its free KV memory for each request and so about the steps that each can
/// still decode, is below the band, and drains one while it would be above the band without it. Sees growth of memory before queues build, and nothing of prefill.
/// </summary>
/// <param name="options">The band.</param>
[Policy("freeness", "Keeps the free KV memory per request within a band, as Llumnix does; sees outputs grow before queues build, but nothing of prefill time.")]
public sealed class FreenessScaler(FreenessScaler.Options options) : IAutoscaler
{
    private TimeSpan? below;
    private TimeSpan? above;

    /// <inheritdoc/>
    public ScaleOptions Bounds => options;

    /// <inheritdoc/>
    public int Change(in FleetMoment fleet)
    {
        // Who starts counts as empty, so that a long start-up is not answered with ever more replicas; an idle fleet has one request, not none.
        var capacity = fleet.MeanCapacityTokens;
        var free = (capacity * fleet.Replicas) - fleet.NeededKvTokens;
        double requests = Math.Max(1, fleet.Requests);
        if (capacity <= 0)
        {
            return 0;
        }

        below = free / requests < options.Low ? below ?? fleet.Now : null;
        above = (free - capacity) / requests > options.High ? above ?? fleet.Now : null;
        if (fleet.Now - below >= options.After)
        {
            below = null;
            return 1;
        }

        if (fleet.Now - above >= options.After)
        {
            above = null;
            return -1;
        }

        return 0;
    }

    /// <summary>Options of the policy. Llumnix's defaults are 10 and 60 blocks of 16 tokens.</summary>
    public sealed record Options : ScaleOptions
    {
        /// <summary>Lower end of the band.</summary>
        [Option("Free KV tokens per request below which a replica is added; Llumnix: 10 blocks of 16.")]
        public double Low { get; init; } = 160;

        /// <summary>Upper end of the band.</summary>
        [Option("Free KV tokens per request above which one is drained, counted without it; Llumnix: 60 blocks of 16.")]
        public double High { get; init; } = 960;

        /// <summary>Patience.</summary>
        [Option("Time for which the fleet must have been outside the band.")]
        public TimeSpan After { get; init; } = TimeSpan.FromSeconds(20);
    }
}
