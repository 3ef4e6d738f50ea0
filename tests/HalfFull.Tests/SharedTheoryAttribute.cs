namespace HalfFull.Tests;

/// <summary>A theory that needs the shared data and is reported as skipped without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips the test when there is no shared data, or not the file it needs.</summary>
    /// <param name="file">A file below the shared folder; null when the folder is enough.</param>
    public SharedTheoryAttribute(string? file = null)
    {
        File = file;
        Skip = SharedData.ReasonToSkip(file)!;
    }

    /// <summary>The file that the test needs.</summary>
    public string? File { get; }
}
