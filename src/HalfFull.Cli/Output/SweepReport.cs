using HalfFull.Load.Documents;
using HalfFull.Load.Sweeping;
using Spectre.Console;

namespace HalfFull.Cli.Output;

/// <summary>A search for the highest rate on the screen: the curve, ordered by rate, with its knee.</summary>
internal static class SweepReport
{
    /// <summary>Prints it.</summary>
    public static void Write(IAnsiConsole screen, SweepPlan plan, RateSearch search, IReadOnlyList<SweepTrial> trials, bool interrupted)
    {
        screen.WriteLine();
        var table = PlainTable.Of("rate", "served", "TTFT p50", "TTFT p99", "TPOT p99", "E2E p99", "failed", "SLO met", "goodput", "holds", "");
        foreach (var trial in trials.OrderBy(static trial => trial.Point.RequestsPerSecond).ThenBy(static trial => trial.Point.Repeat))
        {
            var summary = trial.Summary;
            table.AddRow(
                $"{Figures.Three(trial.Point.RequestsPerSecond)}/s",
                $"{Figures.Three(summary.RequestsPerSecond)}/s",
                Figures.Seconds(summary.TtftSeconds.P50),
                Figures.Seconds(summary.TtftSeconds.P99),
                Figures.Seconds(summary.TpotSeconds.P99),
                Figures.Seconds(summary.E2ESeconds.P99),
                Figures.Count(summary.Failed + summary.Rejected),
                Figures.Percent(summary.SloAttainment),
                $"{Figures.Three(summary.GoodputRequestsPerSecond)}/s",
                trial.Point.Holds ? "yes" : "no",
                trial.Point.RequestsPerSecond == search.Highest && trial.Point.Repeat == 0 ? "<- knee" : string.Empty);
        }

        screen.Write(table);
        screen.MarkupLineInterpolated($" {Answer(plan, search)}{(interrupted ? " Interrupted: the search had not ended." : string.Empty)}");
        if (search.TooLow is { } rate)
        {
            screen.MarkupLineInterpolated($" The search ended there: at {Figures.Three(rate)}/s a trial has no request to measure; give a longer --duration or a shorter --warmup.");
        }

        var late = trials.Count(static trial => LoadWarnings.IsOfGenerator(trial.Summary, trial.Generator));
        if (late > 0)
        {
            screen.MarkupLineInterpolated($" [bold red]WARNING[/]      In {Figures.Count(late)} of {Figures.Count(trials.Count)} trials the generator itself was late to send, slow to stamp or CPU-bound: the limit found may be its own.");
        }

        screen.WriteLine();
    }

    private static string Answer(SweepPlan plan, RateSearch search) => search switch
    {
        { Highest: { } held, Lowest: { } failed } => $"{plan.Load.Slo} is met by {Figures.Percent(plan.Attainment)} of the requests up to {Figures.Three(held)}/s; {Figures.Three(failed)}/s is too much.",
        { Highest: { } held } => $"{plan.Load.Slo} still holds at {Figures.Three(held)}/s, the highest rate tried.",
        { Lowest: { } failed } => $"{plan.Load.Slo} does not hold even at {Figures.Three(failed)}/s.",
        _ => "The first rate was not decided.",
    };
}
