using System.CommandLine;
using HalfFull.Cli.Options;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Simulation.Fleets;
using HalfFull.Simulation.Runs;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Cli.Studies;

/// <summary>What the command line says to a study, with the study's own values where it says nothing.</summary>
internal sealed class StudySettings(CommonOptions options, ParseResult parsed, IReadOnlyList<string> args, CancellationToken cancellation)
{
    /// <summary>The command that runs the study again.</summary>
    public string Command { get; } = CommandLineText.Of(args);

    /// <summary>Stops the study.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>The seeds.</summary>
    /// <param name="count">How many, where the command line does not say.</param>
    public IReadOnlyList<ulong> Seeds(int count) => options.SeedsOf(parsed, count);

    /// <summary>The bounds.</summary>
    public Slo SloOr(Slo otherwise) => options.SloOf(parsed) is var given && given != Slo.None ? given : otherwise;

    /// <summary>The loads.</summary>
    public IReadOnlyList<double> LoadsOr(params double[] otherwise) => options.Traffic.Loads(parsed) ?? otherwise;

    /// <summary>The fleet.</summary>
    /// <param name="replicas">Replicas, where the command line does not say.</param>
    /// <exception cref="FormatException">A range of fleets was given.</exception>
    public Fleet Fleet(string replicas) => options.Fleet.Build(parsed, replicas) is [var only]
        ? only
        : throw new FormatException("--replicas with --preset takes one fleet, not a range.");

    /// <summary>The traces: the one given on the command line, else shared ones by the names of their files.</summary>
    /// <exception cref="FileNotFoundException">A shared trace is not on this machine.</exception>
    public IReadOnlyList<string> TracesOr(params ReadOnlySpan<string> files)
    {
        if (options.Traffic.Source(parsed) is { } given)
        {
            return [given];
        }

        var found = new List<string>();
        foreach (var file in files)
        {
            found.Add(SharedTraces.Find(file) ?? throw new FileNotFoundException(
                $"The trace {file} was not found: set {SharedTraces.Variable} to the folder that holds traces/{file}, or give --trace to run the study on a trace of your own."));
        }

        return found;
    }

    /// <summary>Opens a trace with what the command line changes in it.</summary>
    /// <param name="trace">A path or preset.</param>
    /// <param name="seed">Seed of what is drawn.</param>
    /// <param name="change">What the study changes beyond that; null for nothing.</param>
    public Workload Open(string trace, ulong seed, Func<WorkloadOptions, WorkloadOptions>? change = null) =>
        options.Traffic.Open(parsed, seed, change, index: 0, trace);

    /// <summary>The plan of one run; a bundle's limits hold unless the command line gives its own.</summary>
    public RunPlan Plan(PolicySpec engine, PolicySpec router, Fleet fleet, Traffic traffic, ulong seed) =>
        new RunSettings(options, parsed, cancellation).Plan(engine, router, fleet, traffic, seed);
}
