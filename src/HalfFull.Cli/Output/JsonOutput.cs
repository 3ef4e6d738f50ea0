using HalfFull.Metrics;
using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Output;

/// <summary>The JSON document of a command; opened before the run, so that a path that cannot be written is known at once.</summary>
internal sealed class JsonOutput : IDisposable
{
    private readonly AtomicFile file;

    private JsonOutput(string path) => file = new AtomicFile(path);

    /// <summary>Opens the file; null when none is asked for.</summary>
    public static JsonOutput? Open(string? path) => path is null ? null : new JsonOutput(path);

    /// <summary>Writes the document.</summary>
    public void Commit(IReadOnlyList<string> args, IReadOnlyList<RunResult> runs)
    {
        var plan = runs[0].Plan;
        var trace = plan.Traffic.Workload;
        new RunDocument(
            CommandLineText.Of(args),
            ProductVersion.Text,
            (long)plan.Seed,
            new TraceIdentity(trace.Name, trace.Sha256, trace.Requests),
            [.. runs.Select(run => run.Entry)]).Write(file.Stream);
        file.Commit();
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
