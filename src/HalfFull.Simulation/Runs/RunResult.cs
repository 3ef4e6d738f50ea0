using HalfFull.Metrics;

namespace HalfFull.Simulation.Runs;

/// <summary>What a run did.</summary>
/// <param name="Plan">What was run.</param>
/// <param name="Entry">Its figures.</param>
/// <param name="Blocks">Its samples by block of arrivals, for intervals.</param>
public sealed record RunResult(RunPlan Plan, RunEntry Entry, BlockedSamples Blocks);
