using System.CommandLine;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Prediction.Ranking;
using Spectre.Console;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull train-ranker</c>: a predictor of output lengths, learned from a log.</summary>
internal sealed class TrainRankerCommand
{
    private readonly TrafficOptions traffic = new(onFleet: false);
    private readonly Option<int> seed = NumberOption.Whole("--seed", 1, 0, int.MaxValue, "Seed of the lists that are drawn, and of a preset");
    private readonly Option<string?> output = TextOption.Any("--out", "FILE", "Where to write the ranker; without it, only the figures are shown");

    /// <summary>The command.</summary>
    public static Command Create(CancellationToken cancellation)
    {
        var train = new TrainRankerCommand();
        var command = new Command("train-ranker", "Learn from a log which requests have long outputs, for --predict ranker:FILE; its last fifth judges the result.");
        train.traffic.AddTo(command);
        command.Options.Add(train.seed);
        command.Options.Add(train.output);
        command.SetAction(parsed => train.Run(parsed, cancellation));
        HelpWithExample.Show(command, "train-ranker --trace yesterday.jsonl --limit 20000 --out ranker.hfr", "simulate --trace today.jsonl --engine ltr --predict ranker:ranker.hfr");
        return command;
    }

    private void Run(ParseResult parsed, CancellationToken cancellation)
    {
        var drawn = (ulong)parsed.GetValue(seed);
        var workload = traffic.Open(parsed, drawn);
        var jobs = workload.Jobs().ToList();
        if (jobs.Count < RankerTraining.LeastRequests)
        {
            throw new InvalidDataException($"A ranker needs at least {RankerTraining.LeastRequests} requests to be trained on, but {workload.Name} gives {jobs.Count}.");
        }

        using var progress = new ProgressBar("training");
        var trained = RankerTraining.Train(jobs, drawn, progress.Show, cancellation);
        progress.Dispose();
        if (parsed.GetValue(output) is { } path)
        {
            RankerFile.Write(path, trained, workload.Name, drawn);
        }

        Show(Screen.Output(), trained, workload.Name, parsed.GetValue(output));
    }

    private static void Show(IAnsiConsole screen, TrainedRanker trained, string trace, string? path)
    {
        screen.WriteLine();
        Line("trained on", $"the first {Figures.Count(trained.TrainedOn)} requests of {trace}, judged on the {Figures.Count(trained.JudgedOn)} after them");
        Line("Kendall's tau", $"{Figures.Three(trained.KendallTau)} (1: every pair in the right order; by prompt length alone {Figures.Three(trained.KendallTauOfPrompt)})");
        Line("mean error", $"{Figures.Three(trained.MeanAbsoluteErrorTokens)} tokens (with the median for everybody {Figures.Three(trained.MeanAbsoluteErrorOfMedianTokens)})");
        if (path is not null)
        {
            Line("written to", $"{path}; use it as --predict ranker:{path}");
        }

        screen.WriteLine();

        void Line(string name, string text) => screen.MarkupLineInterpolated($" [dim]{name,-13}[/] {text}");
    }
}
