using System.CommandLine;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull model</c>: model files.</summary>
internal static class ModelCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("model", "Make or describe a GGUF model file.")
        {
            ModelTinyCommand.Create(),
            ModelInfoCommand.Create(),
        };
        HelpWithExample.Show(command, "model tiny --out tiny.gguf", "model info tiny.gguf");
        return command;
    }
}
