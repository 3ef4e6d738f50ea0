namespace HalfFull.Cli;

/// <summary>How this program starts itself again.</summary>
internal static class OwnProgram
{
    /// <summary>The program to run.</summary>
    public static string Path => Environment.ProcessPath ?? throw new IOException("This system does not tell where the program lies, so it cannot start its workers.");

    /// <summary>What comes before the command: the assembly, when <c>dotnet</c> runs it.</summary>
    public static IReadOnlyList<string> Arguments =>
        System.IO.Path.GetFileNameWithoutExtension(Path).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? [System.IO.Path.Combine(AppContext.BaseDirectory, typeof(OwnProgram).Assembly.GetName().Name + ".dll")]
            : [];
}
