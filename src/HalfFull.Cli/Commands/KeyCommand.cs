using System.CommandLine;
using HalfFull.Gateway.Access;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull key</c>: a fresh API key and its hash.</summary>
internal static class KeyCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var stdin = new Option<bool>("--stdin") { Description = "Hash the key on standard input instead of making one" };
        var command = new Command("key", "Make an API key for the gateway: the key for its user, and the hash for the configuration.") { stdin };
        command.SetAction(parsed =>
        {
            var key = parsed.GetValue(stdin) ? Read() : KeyHash.CreateKey();
            if (!parsed.GetValue(stdin))
            {
                Console.WriteLine($"key   {key}");
            }

            Console.WriteLine($"hash  {KeyHash.Of(key)}");
        });
        HelpWithExample.Show(command, "key");
        return command;
    }

    private static string Read() => Console.In.ReadLine()?.Trim() is { Length: >= 16 } key
        ? key
        : throw new FormatException("The key on standard input is too short: give at least 16 characters, for a short one can be guessed.");
}
