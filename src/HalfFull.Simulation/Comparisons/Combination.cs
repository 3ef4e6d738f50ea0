using HalfFull.Simulation.Runs;

namespace HalfFull.Simulation.Comparisons;

/// <summary>An engine policy, a router and a fleet, run once for each seed.</summary>
/// <param name="Runs">What is run, in the order of seeds; they differ in the seed only.</param>
public sealed record Combination(IReadOnlyList<RunPlan> Runs);
