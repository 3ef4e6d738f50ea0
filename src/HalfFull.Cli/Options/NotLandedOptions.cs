using System.CommandLine;

namespace HalfFull.Cli.Options;

/// <summary>Options that another command has: refused with the reason, so that nobody is misled.</summary>
internal static class NotLandedOptions
{
    /// <summary>Adds an option that another command has, hidden from help.</summary>
    /// <param name="command">The command that lacks it.</param>
    /// <param name="name">The option.</param>
    /// <param name="instead">Why, and which command has it.</param>
    public static void AddElsewhere(Command command, string name, string instead)
    {
        var option = new Option<string?>(name) { Hidden = true };
        option.Validators.Add(result => result.AddError($"{name} {instead}."));
        command.Options.Add(option);
    }
}
