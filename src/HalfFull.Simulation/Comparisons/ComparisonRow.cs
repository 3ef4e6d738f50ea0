using HalfFull.Metrics;
using HalfFull.Simulation.Runs;

namespace HalfFull.Simulation.Comparisons;

/// <summary>One combination in a comparison.</summary>
/// <param name="Runs">Its runs, one for each seed.</param>
/// <param name="Value">What it is ranked by, mean over seeds.</param>
/// <param name="Change">Its value over that of the first combination, with the interval; null for the first one itself.</param>
public sealed record ComparisonRow(IReadOnlyList<RunResult> Runs, double Value, RatioInterval? Change)
{
    /// <summary>The mean over seeds of a figure.</summary>
    public double Mean(Func<RunEntry, double> figure) => Runs.Average(run => figure(run.Entry));
}
