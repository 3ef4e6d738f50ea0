using System.CommandLine;
using HalfFull.Gateway.Logging;

namespace HalfFull.Cli.Options;

/// <summary>Options that say what the gateway keeps of its decisions.</summary>
internal sealed class LogOptionSet
{
    private const int Megabyte = 1 << 20;
    private readonly Option<string?> folder = TextOption.Any("--log", "DIR", "Folder to log every request and decision in, without any text; verify, trace and explain read it");
    private readonly Option<long?> fileMegabytes = NumberOption.OptionalWhole("--log-file-mb", 1, 100_000, "Size of a log file in MiB after which the next begins [default: 64]");
    private readonly Option<long?> keep = NumberOption.OptionalWhole("--log-keep", 2, 1_000_000, "Newest log files to keep [default: all]");
    private readonly Option<string?> tenants = TextOption.Of(
        "--log-tenants", "hashed|named", Tenants, "Whether tenants go by their names in the log, or by salted hashes [default: hashed]");

    private readonly Option<int> explain = NumberOption.Whole("--explain", 10_000, 0, 10_000_000, "Newest requests that can be explained; about a kilobyte each");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[folder, fileMegabytes, keep, tenants, explain])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(folder) is null && new Option[] { fileMegabytes, keep, tenants }.FirstOrDefault(option => result.GetResult(option) is not null) is { } lonely)
            {
                result.AddError($"{lonely.Name} is about the decision log: give --log DIR with it.");
            }
        });
    }

    /// <summary>The log; null for none.</summary>
    public LogOptions? Build(ParseResult parsed) => parsed.GetValue(folder) is not { } path ? null : new LogOptions(path)
    {
        FileBytes = (parsed.GetValue(fileMegabytes) ?? 64) * Megabyte,
        KeepFiles = (int?)parsed.GetValue(keep),
        NamesTenants = string.Equals(parsed.GetValue(tenants), "named", StringComparison.Ordinal),
        Warn = Warn,
    };

    /// <summary>Newest requests that can be explained; null when it is not given.</summary>
    public int? ExplainRequests(ParseResult parsed) => parsed.GetResult(explain) is { Implicit: false } ? parsed.GetValue(explain) : null;

    /// <summary>Says what the log has met.</summary>
    public static void Warn(string sentence) => Console.Error.WriteLine($"halffull: {sentence}");

    private static string Tenants(string text) =>
        text is "hashed" or "named" ? text : throw new FormatException($"--log-tenants {text} is not accepted: give hashed or named.");
}
