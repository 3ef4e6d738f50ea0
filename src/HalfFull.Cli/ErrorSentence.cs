using HalfFull.Engine.StepTime;
using HalfFull.Policies;
using HalfFull.Simulation;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Cli;

/// <summary>How errors end the program: one sentence, and whose fault it was.</summary>
internal static class ErrorSentence
{
    /// <summary>The run or its data failed.</summary>
    public const int RunFailed = 1;

    /// <summary>The command line was wrong.</summary>
    public const int WrongUsage = 2;

    /// <summary>Ended by a signal from the keyboard, as shells count it.</summary>
    public const int Interrupted = 130;

    /// <summary>The exit code of an error.</summary>
    public static int ExitCode(Exception error) => error switch
    {
        OperationCanceledException => Interrupted,
        FormatException or PolicyException or StepModelNotFoundException or SimulationException => WrongUsage,
        _ => RunFailed,
    };

    /// <summary>The sentence of an error.</summary>
    public static string Of(Exception error) => error switch
    {
        OperationCanceledException => "Interrupted; nothing was written.",
        FormatException or PolicyException or StepModelNotFoundException or SimulationException or WorkloadException
            or IOException or InvalidDataException or UnauthorizedAccessException => Line(error.Message),
        OutOfMemoryException => "The machine has too little memory for this run; lower --limit.",
        _ => $"HalfFull has a fault, please report it with your command: {error.GetType().Name}: {Line(error.Message)}",
    };

    /// <summary>A message as one line that ends with a full stop.</summary>
    public static string Line(string message)
    {
        var line = message.ReplaceLineEndings(" ").Trim();
        return line.EndsWith('.') ? line : line + ".";
    }
}
