using HalfFull.Report;
using HalfFull.Report.Data;
using HalfFull.Report.Recording;
using HalfFull.Simulation.Comparisons;
using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Output;

/// <summary>The report page of a command; opened before the run, so that a path that cannot be written is known at once.</summary>
internal sealed class HtmlOutput : IDisposable
{
    private readonly AtomicFile file;

    private HtmlOutput(string path) => file = new AtomicFile(path);

    /// <summary>Opens the file; null when none is asked for.</summary>
    public static HtmlOutput? Open(string? path) => path is null ? null : new HtmlOutput(path);

    /// <summary>Writes the report of simulated runs.</summary>
    public void Commit(IReadOnlyList<string> args, IReadOnlyList<Comparison> comparisons, ReportRecording recording)
    {
        var plans = comparisons[0].Rows.Select(static row => row.Runs[0].Plan).ToArray();
        var oracle = plans[0].Predictor.Describe() is { } predicted ? $", {predicted}" : string.Empty;
        var caption = new ReportCaption(
            CommandLineText.Of(args),
            ProductVersion.Text,
            [
                $"fleet {string.Join(" | ", plans.Select(static plan => TrafficText.Of(plan.Fleet)).Distinct(StringComparer.Ordinal))} (simulated){oracle}",
                .. plans.SelectMany(static plan => TrafficText.StepModels(plan.Fleet)).Distinct(StringComparer.Ordinal),
            ]);
        Commit(SimulationReport.Of(
            caption,
            [.. comparisons.Select(static comparison => new ReportPoint(comparison, TrafficText.Of(First(comparison).Traffic), Verdict.Of(comparison)))],
            recording));
    }

    /// <summary>Writes any report.</summary>
    public void Commit(ReportData data)
    {
        ReportPage.Write(file.Stream, data);
        file.Commit();
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static RunPlan First(Comparison comparison) => comparison.Rows[0].Runs[0].Plan;
}
