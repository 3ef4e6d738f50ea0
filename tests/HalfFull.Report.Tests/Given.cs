using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Report.Data;
using HalfFull.Report.Recording;
using HalfFull.Simulation.Comparisons;
using HalfFull.Simulation.Fleets;
using HalfFull.Simulation.Runs;
using HalfFull.Simulation.Workloads;
using HalfFull.Traces;

namespace HalfFull.Report.Tests;

/// <summary>Makes the reports that tests look at.</summary>
internal static class Given
{
    private static readonly (string Engine, string Router)[] Pairs = [("vllm", "round-robin"), ("vllm", "sal"), ("larry", "round-robin"), ("larry", "sal")];

    /// <summary>A report of simulated runs, as compare makes it.</summary>
    internal static ReportData Report(Func<WorkloadOptions, Workload> open, double[]? rates = null, int combinations = 4, int seeds = 2, string? slo = "ttft=2s,tpot=100ms", int replicas = 4)
    {
        var fleet = Fleet.Build(FleetSpec.Of("a100", replicas), new FleetOptions());
        var plans = (rates ?? [25]).Select(rate => Pairs[..combinations].Select(pair => new Combination([.. Enumerable.Range(1, seeds).Select(seed => new RunPlan
        {
            Engine = PolicySpec.Parse(pair.Engine),
            Router = PolicySpec.Parse(pair.Router),
            Fleet = fleet,
            Traffic = new Traffic(open(new WorkloadOptions { Seed = (ulong)seed, RequestsPerSecond = rate })),
            Seed = (ulong)seed,
            Slo = slo is null ? Slo.None : Slo.Parse(slo),
        })])).ToArray()).ToArray();
        var recording = new ReportRecording(plans.SelectMany(point => point.Select(combination => combination.Runs[0])));
        var points = plans.Select(point => new ReportPoint(
            Comparison.Execute(point, RankMetric.Parse("ttft"), 2, records: null, recording.Observe), $"{point[0].Runs[0].Traffic.Workload.Name}: some requests", "An answer.")).ToArray();
        recording.Replay(parallelism: 2);
        return SimulationReport.Of(new ReportCaption("halffull compare --html report.html", "1.2.3", ["fleet of 4 (simulated)"]), points, recording);
    }

    internal static Func<WorkloadOptions, Workload> Preset(string name, long requests) => options =>
        (Workload)WorkloadCatalog.Open(name, options with { Limit = requests });

    /// <summary>A trace file of our own format.</summary>
    internal static Func<WorkloadOptions, Workload> Lines(string path, params string[] lines)
    {
        File.WriteAllLines(path, lines);
        return options => Workload.Of(TraceFile.Open(path), options with { RequestsPerSecond = null });
    }

    internal static string Write(ReportData data, string path)
    {
        using var file = File.Create(path);
        ReportPage.Write(file, data);
        return path;
    }
}
