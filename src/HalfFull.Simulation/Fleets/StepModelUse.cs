namespace HalfFull.Simulation.Fleets;

/// <summary>Where the step times of a group of replicas come from, for reports.</summary>
/// <param name="Gpu">The group's GPU.</param>
/// <param name="Origin"><c>fitted</c>, <c>predicted</c> or the file of the user's own model.</param>
/// <param name="Overhead">Overhead profile; null when the step model includes it.</param>
/// <param name="KvBlocks">KV blocks of each replica.</param>
public sealed record StepModelUse(string Gpu, string Origin, string? Overhead, int KvBlocks);
