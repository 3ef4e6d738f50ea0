using HalfFull.Policies;

namespace HalfFull.Simulation.Scaling;

/// <summary>The replicas of a fleet that an autoscaler may grow.</summary>
internal static class ScaledFleet
{
    /// <summary>Every replica that a run will ever have, by number: those of the fleet, those that its scenario adds, and places for those that its autoscaler starts.</summary>
    /// <param name="all">Those of fleet and scenario.</param>
    /// <param name="start">How many of them are there at the start: new ones are like these, in turn.</param>
    /// <param name="autoscale">The autoscaler; null for none.</param>
    internal static IReadOnlyList<ReplicaSpec> Specs(IReadOnlyList<ReplicaSpec> all, int start, PolicySpec? autoscale) => autoscale is null
        ? all
        : [.. all, .. Enumerable.Range(0, PolicyCatalogs.Autoscalers.Create(autoscale).Bounds.MostFor(start)).Select(i => all[i % start])];
}
