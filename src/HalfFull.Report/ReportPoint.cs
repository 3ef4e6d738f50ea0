using HalfFull.Report.Data;
using HalfFull.Simulation.Comparisons;

namespace HalfFull.Report;

/// <summary>A comparison with the words that the command line has for it.</summary>
/// <param name="Comparison">The comparison.</param>
/// <param name="Traffic">Its traffic.</param>
/// <param name="Answer">Its result in one sentence.</param>
public sealed record ReportPoint(Comparison Comparison, string Traffic, string Answer);
