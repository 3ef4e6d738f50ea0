using HalfFull.Cli.Options;
using HalfFull.Load.Documents;
using HalfFull.Metrics;
using HalfFull.Report;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Cli.Output;

/// <summary>The documents of a bench command, JSON and page; opened before the run, so that a path that cannot be written is known at once.</summary>
internal sealed class BenchDocuments : IDisposable
{
    private readonly AtomicFile? json;
    private readonly HtmlOutput? html;

    /// <summary>Opens the files that are asked for.</summary>
    public BenchDocuments(string? json, string? html)
    {
        this.json = json is null ? null : new AtomicFile(json);
        try
        {
            this.html = HtmlOutput.Open(html);
        }
        catch
        {
            this.json?.Dispose();
            throw;
        }
    }

    /// <summary>Writes them.</summary>
    public void Commit(IReadOnlyList<string> args, IWorkload workload, IReadOnlyList<BenchEntry> runs, ulong seed, AbEntry? ab = null, SweepEntry? sweep = null)
    {
        var trace = new TraceIdentity(workload.Name, workload.Sha256, runs.Count == 0 ? 0 : runs.Max(static run => run.Requests + run.Excluded));
        var command = CommandLineText.Of(EndpointOptions.WithoutSecrets(args));
        var document = new BenchDocument(command, ProductVersion.Text, (long)seed, trace, runs) { Ab = ab, Sweep = sweep };
        if (json is not null)
        {
            document.Write(json.Stream);
            json.Commit();
        }

        // A search that was interrupted in its first trial has nothing to show.
        if (runs.Count > 0)
        {
            html?.Commit(MeasuredReport.Of([("bench", document)], command: null, ProductVersion.Text));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        json?.Dispose();
        html?.Dispose();
    }
}
