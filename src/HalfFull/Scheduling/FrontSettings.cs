using HalfFull.Policies;
using HalfFull.Queueing;

namespace HalfFull.Scheduling;

/// <summary>Everything that a <see cref="FrontScheduler"/> is made from.</summary>
/// <param name="Router">The router.</param>
/// <param name="Queue">The queue policy.</param>
/// <param name="Seed">Seed of what the router draws and of ties.</param>
/// <param name="Limits">When a replica has room.</param>
/// <param name="Weights">Shares of tenants.</param>
public sealed record FrontSettings(PolicySpec Router, PolicySpec Queue, ulong Seed, FrontLimits Limits, TenantWeights Weights)
{
    /// <summary>A front without anybody waiting.</summary>
    /// <param name="watcher">Is told what it does; null for nobody.</param>
    /// <param name="hits">Knows what replicas have cached; null when nobody does.</param>
    /// <exception cref="PolicyException">A policy is unknown or its options are refused.</exception>
    public FrontScheduler Create(IFrontWatcher? watcher = null, IPrefixHits? hits = null) => new(Router, Queue, Seed, Limits, Weights, watcher, hits);
}
