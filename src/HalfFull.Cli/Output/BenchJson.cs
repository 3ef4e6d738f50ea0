using HalfFull.Cli.Options;
using HalfFull.Load.Documents;
using HalfFull.Metrics;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Cli.Output;

/// <summary>The JSON document of a bench command; opened before the run, so that a path that cannot be written is known at once.</summary>
internal sealed class BenchJson : IDisposable
{
    private readonly AtomicFile file;

    private BenchJson(string path) => file = new AtomicFile(path);

    /// <summary>Opens the file; null when none is asked for.</summary>
    public static BenchJson? Open(string? path) => path is null ? null : new BenchJson(path);

    /// <summary>Writes the document.</summary>
    public void Commit(IReadOnlyList<string> args, IWorkload workload, IReadOnlyList<BenchEntry> runs, AbEntry? ab = null, SweepEntry? sweep = null)
    {
        var trace = new TraceIdentity(workload.Name, workload.Sha256, runs.Count == 0 ? 0 : runs.Max(static run => run.Requests + run.Excluded));
        var command = CommandLineText.Of(EndpointOptions.WithoutSecrets(args));
        new BenchDocument(command, ProductVersion.Text, runs.Count == 0 ? 0 : runs[0].Seed, trace, runs) { Ab = ab, Sweep = sweep }.Write(file.Stream);
        file.Commit();
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
