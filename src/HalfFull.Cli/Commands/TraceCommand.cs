using System.CommandLine;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull trace</c>: what a trace holds, and other formats of it.</summary>
internal static class TraceCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CancellationToken cancellation)
    {
        var command = new Command("trace", "Describe or convert a trace.")
        {
            TraceInfoCommand.Create(cancellation),
            TraceConvertCommand.Create(cancellation),
        };
        HelpWithExample.Show(command, "trace info requests.jsonl.gz", "trace convert log.csv requests.jsonl --columns arrival=ts,prompt=in_tok,output=out_tok");
        return command;
    }
}
