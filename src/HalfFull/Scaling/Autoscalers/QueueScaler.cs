using System.ComponentModel.DataAnnotations;
using HalfFull.Policies;
using HalfFull.Routing.Routers.Parts;

namespace HalfFull.Scaling.Autoscalers;

/// <summary>
/// Scales by the queue, as most deployments do: so many replicas that each has at most a number of waiting requests, or of queued prefill tokens; one less when next to
/// nothing has waited for a while and the others could take its memory. It sees trouble only once it is there: a long start-up makes it late.
/// </summary>
[Policy("queue", "Adds replicas while too much waits per replica, drains one when nothing does and the others have room; late by the time that a start takes.")]
public sealed class QueueScaler : IAutoscaler
{
    private readonly Options options;
    private TimeSpan? quietSince;

    /// <param name="options">What is too much, and what is quiet.</param>
    /// <exception cref="PolicyException">Nothing is too much.</exception>
    public QueueScaler(Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Requests is null && options.Prefill is null)
        {
            throw new PolicyException("Policy 'queue' has nothing to go by; give its option 'requests' or 'prefill' a number.");
        }

        this.options = options;
    }

    /// <inheritdoc/>
    public ScaleOptions Bounds => options;

    /// <inheritdoc/>
    public int Change(in FleetMoment fleet)
    {
        var (waiting, prefill) = ((double)fleet.Held, 0.0);
        foreach (ref readonly var view in fleet.Serving)
        {
            waiting += (view.Waiting ?? 0) + view.UnreportedRequests;
            prefill += Loads.QueuedPrefill(view);
        }

        // In units of what is too much for one replica: the number of replicas that the queue asks for.
        var wanted = Math.Max(waiting / options.Requests ?? 0, prefill / options.Prefill ?? 0);
        if (wanted > fleet.Replicas)
        {
            quietSince = null;
            return (int)Math.Min(options.Step, Math.Ceiling(wanted) - fleet.Replicas);
        }

        var left = fleet.Replicas - 1;
        var quiet = wanted <= options.Quiet * fleet.Replicas && fleet.NeededKvTokens <= options.Fill * fleet.MeanCapacityTokens * left;
        quietSince = quiet ? quietSince ?? fleet.Now : null;
        if (fleet.Now - quietSince >= options.After)
        {
            quietSince = null;
            return -1;
        }

        return 0;
    }

    /// <summary>Options of the policy.</summary>
    public sealed record Options : ScaleOptions
    {
        /// <summary>Waiting requests; null: not counted.</summary>
        [Option("Waiting requests that are too many for one replica.")]
        [Range(0.0, 1e9, MinimumIsExclusive = true)]
        public double? Requests { get; init; } = 5;

        /// <summary>Queued prefill tokens; null: not counted.</summary>
        [Option("Queued prefill tokens that are too many for one replica.")]
        [Range(0.0, 1e12, MinimumIsExclusive = true)]
        public double? Prefill { get; init; }

        /// <summary>Most added at once; 4 as in Kubernetes' default.</summary>
        [Option("Most replicas added in one decision.")]
        [Range(1, 10_000)]
        public int Step { get; init; } = 4;

        /// <summary>What counts as no queue.</summary>
        [Option("Share of the queue that is too long up to which it counts as none.")]
        [Range(0.0, 1.0)]
        public double Quiet { get; init; } = 0.1;

        /// <summary>Room that a drain must leave.</summary>
        [Option("Share of their KV memory that the others may use after a drain.")]
        [Range(0.0, 1.0)]
        public double Fill { get; init; } = 0.6;

        /// <summary>Patience.</summary>
        [Option("Time for which there must have been no queue before one is drained.")]
        public TimeSpan After { get; init; } = TimeSpan.FromSeconds(60);
    }
}
