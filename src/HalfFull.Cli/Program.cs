using System.CommandLine;
using HalfFull.Cli;
using HalfFull.Cli.Commands;

using var interruption = new Interruption();
try
{
    var parsed = HalfFullCommand.Create(args, interruption.Token).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    if (args.Length > 0 && UsageError.Of(parsed) is { } usage)
    {
        Console.Error.WriteLine($"halffull: {usage}");
        return ErrorSentence.WrongUsage;
    }

    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
#pragma warning disable CA1031 // The one place where every error becomes a sentence and an exit code.
catch (Exception error)
#pragma warning restore CA1031
{
    Console.Error.WriteLine($"halffull: {ErrorSentence.Of(error)}");
    return ErrorSentence.ExitCode(error);
}
