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

        var writer = new TrimmedLines(Console.OpenStandardOutput());
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
