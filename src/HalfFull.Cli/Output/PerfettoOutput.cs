using HalfFull.Engine;
using HalfFull.Report.Perfetto;
using HalfFull.Simulation.Recording;
using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Output;

/// <summary>The trace of a run for Perfetto; opened before the run, written while it runs.</summary>
internal sealed class PerfettoOutput : IDisposable
{
    private readonly AtomicFile file;
    private PerfettoTrace? trace;

    private PerfettoOutput(string path) => file = new AtomicFile(path);

    /// <summary>Opens the file; null when none is asked for.</summary>
    public static PerfettoOutput? Open(string? path) => path is null ? null : new PerfettoOutput(path);

    /// <summary>Begins the trace of real engines.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="engines">A name for each, in the order of their numbers.</param>
    /// <param name="model">The model's file.</param>
    public IRunObserver Begin(IReadOnlyList<string> args, IReadOnlyList<string> engines, string model) => trace = new PerfettoTrace(
        file.Stream, engines, [("command", CommandLineText.Of(args)), ("version", ProductVersion.Text), ("model", model)]);

    /// <summary>Begins the trace of a run.</summary>
    public IRunObserver Begin(IReadOnlyList<string> args, RunPlan plan)
    {
        var gpus = plan.Fleet.Spec.Groups.SelectMany(static group => Enumerable.Repeat(TrafficText.Name(group), group.Replicas)).ToList();
        gpus.AddRange(plan.AllReplicas.Skip(gpus.Count).Select(static _ => "added"));
        return trace = new PerfettoTrace(
            file.Stream,
            [.. gpus.Select(static (gpu, i) => $"replica {i} ({gpu})")],
            [("command", CommandLineText.Of(args)), ("version", ProductVersion.Text), ("trace", $"{plan.Traffic.Workload.Name}, sha256 {plan.Traffic.Workload.Sha256}")]);
    }

    /// <summary>Ends the trace; the file appears.</summary>
    public void Commit()
    {
        trace!.Complete();
        file.Commit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        trace?.Dispose();
        file.Dispose();
    }
}
