using HalfFull.Metrics;
using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Studies;

/// <summary>The results of one section of the routing study.</summary>
internal sealed class RoutingResults
{
    private readonly Dictionary<(string Trace, double Load, TimeSpan Age, int Gateways, string Router), RunEntry> entries = [];

    /// <summary>Results by what was run.</summary>
    public RoutingResults(IReadOnlyList<StudyResult> results)
    {
        First = results[0].Plan;
        foreach (var result in results)
        {
            var plan = result.Plan;
            entries.Add((plan.Traffic.Workload.Name, LoadOf(plan), plan.SnapshotAge, plan.Gateways, plan.Router.ToString()), result.Entry);
        }

        Traffics = [.. results.Select(static result => result.Plan.Traffic).DistinctBy(static traffic => traffic.Workload.Name, StringComparer.Ordinal)];
        Places = [.. results.Select(static result => (result.Plan.Traffic.Workload.Name, LoadOf(result.Plan))).Distinct()];
    }

    /// <summary>What was run first.</summary>
    public RunPlan First { get; }

    /// <summary>The traffic of each trace, at its first load.</summary>
    public IReadOnlyList<Traffic> Traffics { get; }

    /// <summary>Traces and loads, in order.</summary>
    public IReadOnlyList<(string Trace, double Load)> Places { get; }

    /// <summary>The figures of a run.</summary>
    public RunEntry Of((string Trace, double Load) place, RoutingRow row, RoutingView view) =>
        entries[(place.Trace, place.Load, view.Age, view.Gateways, row.Router.ToString())];

    /// <summary>Geometric mean.</summary>
    public static double Mean(IEnumerable<double> ratios) => Math.Exp(ratios.Average(Math.Log));

    private static double LoadOf(RunPlan plan) => Math.Round(plan.Traffic.Load!.Value, 3);
}
