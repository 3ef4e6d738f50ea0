using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Studies;

/// <summary>The results of a trace at one load.</summary>
/// <param name="Results">All rows of the survey, in its order; the first is the baseline.</param>
internal sealed record SurveyBlock(IReadOnlyList<StudyResult> Results)
{
    /// <summary>The traffic, with the default output limit.</summary>
    public Traffic Traffic => Results[0].Plan.Traffic;

    /// <summary>Arrival rate over capacity, as it was asked for.</summary>
    public double Load => Math.Round(Traffic.Load!.Value, 3);
}
