using System.CommandLine;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Traces.Writers;
using Spectre.Console;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull trace convert</c>: writes a trace in another format.</summary>
internal static class TraceConvertCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CancellationToken cancellation)
    {
        var source = new TraceSourceOptions();
        var target = new Argument<string>("output") { Description = "File to write; compressed when it ends in .gz" };
        var format = TextOption.Of("--to", "FORMAT", TraceWriters.Create, $"Format to write: {string.Join(", ", TraceWriters.Names)} [default: halffull]");
        var command = new Command("convert", "Write a trace in another format; what that format cannot hold is named.");
        source.AddTo(command);
        command.Arguments.Add(target);
        command.Options.Add(format);
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(target);
            var writer = parsed.GetValue(format) ?? TraceWriters.Create("halffull");
            var written = TraceConversion.Write(source.Open(parsed, cancellation).Rows, path, writer);
            var dropped = written.Dropped.Count == 0 ? string.Empty : $"; left out, for the format cannot hold it: {string.Join(", ", written.Dropped).ToLowerInvariant()}";
            Screen.Output().WriteLine($"{path}: {Figures.Count(written.Rows)} requests{dropped}.");
        });
        HelpWithExample.Show(command, "trace convert log.csv requests.jsonl.gz --columns arrival=ts,prompt=in_tok,output=out_tok,tenant=customer");
        return command;
    }
}
