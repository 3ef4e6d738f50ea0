using System.CommandLine;
using System.Globalization;
using HalfFull.Cli.Output;
using HalfFull.Engine.Chat;
using HalfFull.Engine.Gguf;
using Spectre.Console;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull model info</c>: what a GGUF file says of itself.</summary>
internal static class ModelInfoCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var path = new Argument<string>("file") { Description = "GGUF file" };
        var command = new Command("info", "Show what a GGUF file says of itself; no native library is needed.") { path };
        command.SetAction(parsed => Write(Screen.Output(), GgufFile.Read(parsed.GetRequiredValue(path))));
        HelpWithExample.Show(command, "model info my.gguf");
        return command;
    }

    private static void Write(IAnsiConsole output, GgufFile file)
    {
        void Line(string name, string? value) => output.WriteLine($"{name,-14}{value ?? "-"}");
        Line("name", file.Name);
        Line("architecture", file.Architecture);
        Line("tensors", Count(file.Tensors));
        Line("context", Count(file.Whole($"{file.Architecture}.context_length")));
        Line("layers", Count(file.Whole($"{file.Architecture}.block_count")));
        Line("width", Count(file.Whole($"{file.Architecture}.embedding_length")));
        Line("KV bytes/token", Count(file.KvBytesPerToken(2)));
        Line("chat template", file.ChatTemplate is null ? "none" : ChatTemplates.Detect(file.ChatTemplate)?.Name ?? "unknown");
    }

    private static string? Count(long? number) => number?.ToString("N0", CultureInfo.InvariantCulture);
}
