using System.Text;
using Spectre.Console;

namespace HalfFull.Cli.Output;

/// <summary>Where results are printed: with colours on a terminal; plain, 120 columns wide and the same everywhere when redirected.</summary>
internal static class Screen
{
    private const int PlainWidth = 120;

    /// <summary>Standard output.</summary>
    public static IAnsiConsole Output()
    {
        if (!Console.IsOutputRedirected)
        {
            return AnsiConsole.Console;
        }

        var writer = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true, NewLine = "\n" };
        return Plain(writer);
    }

    /// <summary>A plain one over any writer.</summary>
    public static IAnsiConsole Plain(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = PlainWidth;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}
