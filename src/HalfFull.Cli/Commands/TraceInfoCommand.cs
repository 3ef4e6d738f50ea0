using System.CommandLine;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Traces;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull trace info</c>: counts, rates, lengths and prefix reuse.</summary>
internal static class TraceInfoCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CancellationToken cancellation)
    {
        var source = new TraceSourceOptions();
        var command = new Command("info", "Show what a trace holds: counts, rates, burstiness, lengths, tenants and prefix reuse.");
        source.AddTo(command);
        command.SetAction(parsed =>
        {
            var trace = source.Open(parsed, cancellation);
            TraceReport.Write(Screen.Output(), trace, TraceStatistics.Of(trace.Rows));
        });
        HelpWithExample.Show(command, "trace info requests.jsonl.gz", "trace info chat");
        return command;
    }
}
