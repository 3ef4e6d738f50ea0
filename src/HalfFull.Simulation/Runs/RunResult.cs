using HalfFull.Metrics;

namespace HalfFull.Simulation.Runs;

/// <summary>What a run did.</summary>
/// <param name="Plan">What was run.</param>
/// <param name="Entry">Its figures.</param>
/// <param name="Blocks">Its samples by block of arrivals, for intervals.</param>
/// <param name="FirstRefusal">Why the first request that fits no replica was refused, as one sentence; null when all fitted.</param>
public sealed record RunResult(RunPlan Plan, RunEntry Entry, BlockedSamples Blocks, string? FirstRefusal = null);
