using System.CommandLine;
using HalfFull.Cli.Output;
using HalfFull.Traces.Decisions;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull verify</c>: makes every logged decision again.</summary>
internal static class VerifyCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CancellationToken cancellation)
    {
        var folder = new Argument<string>("folder") { Description = "Folder of a decision log, as of serve --log" };
        var command = new Command("verify", "Make every decision of a log again and demand the same choice each time; damage and gaps are failures too.") { folder };
        command.SetAction(parsed =>
        {
            var report = DecisionVerifier.Verify(DecisionLogFolder.Open(parsed.GetRequiredValue(folder)), cancellation);
            VerificationReport.Write(Screen.Output(), report);
            return report.IsExact ? 0 : ErrorSentence.RunFailed;
        });
        HelpWithExample.Show(command, "verify log");
        return command;
    }
}
