using HalfFull.Load.Plans;
using HalfFull.Load.Records;
using HalfFull.Load.Runs;

namespace HalfFull.Load.Sweeping;

/// <summary>One trial with all that it measured.</summary>
/// <param name="Point">Rate and verdict.</param>
/// <param name="Plan">What was sent.</param>
/// <param name="Summary">What was measured.</param>
/// <param name="Generator">How busy the generator was.</param>
public sealed record SweepTrial(RatePoint Point, LoadPlan Plan, LoadSummary Summary, GeneratorUse Generator);
