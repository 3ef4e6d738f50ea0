using HalfFull.Traces.Decisions;
using Spectre.Console;

namespace HalfFull.Cli.Output;

/// <summary>What a verification found, on the screen.</summary>
internal static class VerificationReport
{
    private const int MostProblems = 20;

    /// <summary>Prints it.</summary>
    public static void Write(IAnsiConsole screen, VerifyReport report)
    {
        screen.WriteLine();
        Line("log", $"{Figures.Count(report.Files)} files, {Figures.Count(report.Runs)} runs, {Figures.Count(report.Requests)} requests");
        Line("policies", report.Policies.Count > 0 ? string.Join(", ", report.Policies) : "none");
        Line("made again", $"{Figures.Count(report.Decisions)} decisions, {Figures.Count(report.Releases)} of them sent a request, and {Figures.Count(report.Callbacks)} callbacks");
        foreach (var note in report.Notes)
        {
            Line("note", note);
        }

        foreach (var problem in report.Problems.Take(MostProblems))
        {
            Line("problem", problem);
        }

        if (report.Problems.Count > MostProblems)
        {
            Line("problem", $"and {Figures.Count(report.Problems.Count - MostProblems)} more");
        }

        if (report.Unverified > 0)
        {
            Line("unverified", $"{Figures.Count(report.Unverified)} decisions, for the state before them is not known");
        }

        if (report.First is { } first)
        {
            Line("different", $"{Figures.Count(report.Differences)} decisions; the first: {first.At}");
            Line("  logged", first.Logged);
            Line("  again", first.Again);
            foreach (var input in first.Inputs)
            {
                Line("  input", input);
            }
        }

        screen.WriteLine();
        screen.WriteLine(report.IsExact ? "Every decision came out the same again." : "The log does not verify.");

        void Line(string name, string text) => screen.WriteLine($" {name,-11} {text}");
    }
}
