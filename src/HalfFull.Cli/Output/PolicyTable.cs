using HalfFull.Simulation;
using Spectre.Console;

namespace HalfFull.Cli.Output;

/// <summary>The policies on the screen.</summary>
internal static class PolicyTable
{
    /// <summary>Prints them.</summary>
    public static void Write(IAnsiConsole screen)
    {
        foreach (var (kind, title, policies) in PolicyList.Kinds)
        {
            screen.WriteLine();
            screen.MarkupLineInterpolated($" [bold]{title}[/] (--{kind})");
            foreach (var policy in policies)
            {
                screen.WriteLine();
                screen.Write(new Padder(new Markup($"[bold]{policy.Name}[/]  {Markup.Escape(policy.Summary)}"), new Padding(1, 0, 0, 0)));
                foreach (var option in policy.Options)
                {
                    screen.Write(new Padder(new Text($"{option.Name}={option.Default}  {option.Summary} Accepts {option.Accepts}."), new Padding(5, 0, 0, 0)));
                }
            }
        }

        screen.WriteLine();
        screen.MarkupLine(" [bold]Bundles that mimic a release[/] (--engine); limits given on the command line win");
        foreach (var bundle in PolicyCatalogs.Engines.Bundles)
        {
            screen.WriteLine();
            screen.Write(new Padder(new Markup($"[bold]{bundle.Name}[/]  {Markup.Escape(bundle.Summary)}"), new Padding(1, 0, 0, 0)));
            screen.Write(new Padder(new Text($"{bundle.Contents}."), new Padding(5, 0, 0, 0)));
        }

        screen.WriteLine();
        screen.WriteLine(" Options are given in the spec: --engine larry:option=value,option=value");
        screen.WriteLine();
    }
}
