using System.Diagnostics;

namespace HalfFull.EndToEnd.Tests;

/// <summary>A folder that exists for one test, and the program run in it as a user runs it: as a process.</summary>
internal sealed class Workspace : IDisposable
{
    private static readonly string Program = System.IO.Path.Combine(AppContext.BaseDirectory, "HalfFull.Cli.dll");

    public string Path { get; } = Directory.CreateTempSubdirectory("halffull-test-").FullName;

    /// <summary>Runs the program to its end.</summary>
    public Finished Run(string arguments) => Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    public Finished Run(params string[] arguments)
    {
        using var process = Start(arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Finished(process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    /// <summary>Starts the program, with Ctrl-C enabled even where the tests run in the background.</summary>
    public Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", Program, .. arguments])
    {
        WorkingDirectory = Path,
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Read(string name) => System.IO.File.ReadAllText(File(name));

    public string[] Names() => [.. Directory.GetFileSystemEntries(Path).Select(entry => System.IO.Path.GetFileName(entry)!).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>What a process left.</summary>
    internal sealed record Finished(int ExitCode, string Output, string Error);
}
