using System.CommandLine;
using System.CommandLine.Help;

namespace HalfFull.Cli.Commands;

/// <summary>The root command.</summary>
internal static class HalfFullCommand
{
    /// <summary>The program with all its commands.</summary>
    /// <param name="args">The command line, for documents that repeat it.</param>
    /// <param name="cancellation">Cancelled by Ctrl-C.</param>
    public static RootCommand Create(IReadOnlyList<string> args, CancellationToken cancellation)
    {
        var root = new RootCommand("HalfFull: schedulers and routers for LLM serving, on a simulated GPU fleet or in front of real servers.")
        {
            SimulateCommand.Create(args, cancellation),
            CompareCommand.Create(args, cancellation),
            ServeCommand.Create(cancellation),
            WorkerCommand.Create(args, cancellation),
            WatchCommand.Create(cancellation),
            KeyCommand.Create(),
            BenchCommand.Create(args, cancellation),
            ReportCommand.Create(args),
            PoliciesCommand.Create(),
            TrainRankerCommand.Create(cancellation),
            TraceCommand.Create(cancellation),
            ExplainCommand.Create(cancellation),
            VerifyCommand.Create(cancellation),
            ModelCommand.Create(),
            CalibrateCommand.Create(cancellation),
            FidelityCommand.Create(args, cancellation),
        };
        HelpWithExample.Show(root, "compare", "serve", "simulate --trace chat --load 0.9 --engine larry --router sal");
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExample((HelpAction)help.Action!);
        root.SetAction(parsed => help.Action is HelpWithExample action ? action.Invoke(parsed) : 0);
        return root;
    }
}
