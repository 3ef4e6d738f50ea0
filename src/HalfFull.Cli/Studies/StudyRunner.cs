using System.CommandLine;
using System.Runtime.ExceptionServices;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Studies;

/// <summary>Runs a study and puts its tables into its page, or on the screen.</summary>
internal static class StudyRunner
{
    /// <summary>Runs it.</summary>
    /// <param name="study">The study.</param>
    /// <param name="settings">What the command line says.</param>
    /// <param name="markdown">The page; null for the screen.</param>
    public static void Run(IStudy study, StudySettings settings, string? markdown)
    {
        var page = StudyPage.Open(markdown, study);
        var plans = study.Plan(settings);
        using var progress = new ProgressLine(plans.Sum(static plan => plan.Traffic.Workload.Requests));
        var results = new StudyResult[plans.Count];
        try
        {
            Parallel.For(
                0,
                plans.Count,
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = settings.Cancellation },
                i =>
                {
                    var tokens = new NeededTokens(progress);
                    var entry = SimulationRun.Execute(plans[i], tokens, observer: null, settings.Cancellation).Entry;
                    results[i] = new StudyResult(plans[i], entry, tokens.Count);
                });
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerExceptions[0]);
        }

        progress.Clear();
        var parts = study.Write(settings, results);
        if (page is null)
        {
            Console.Out.Write(StudyPage.Whole(study, parts));
            return;
        }

        page.Commit(parts);
        Console.Out.WriteLine($"{markdown}: {parts.Count} generated parts from {Figures.Count(plans.Count)} runs.");
    }

    /// <summary>Refuses the options that the study decides itself.</summary>
    /// <exception cref="FormatException">One was given.</exception>
    public static void CheckOptions(IStudy study, ParseResult parsed, params string[] always)
    {
        foreach (var option in parsed.CommandResult.Command.Options.Select(static option => option.Name).Except(study.Options, StringComparer.Ordinal).Except(always, StringComparer.Ordinal))
        {
            if (parsed.GetResult(option) is System.CommandLine.Parsing.OptionResult { Implicit: false })
            {
                throw new FormatException($"--preset {study.Name} decides {option} itself; leave {option} out, or compare without --preset.");
            }
        }
    }
}
