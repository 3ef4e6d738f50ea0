using System.Runtime.ExceptionServices;
using HalfFull.Engine;
using HalfFull.Metrics;
using HalfFull.Simulation.Recording;
using HalfFull.Simulation.Runs;

namespace HalfFull.Simulation.Comparisons;

/// <summary>Combinations run on the same traffic, ranked, each with its change against the first and the interval of that change.</summary>
public sealed class Comparison
{
    private Comparison(RankMetric metric, IReadOnlyList<ComparisonRow> rows)
    {
        Metric = metric;
        Rows = rows;
        Ranked = [.. metric.HigherIsBetter ? rows.OrderByDescending(row => row.Value) : rows.OrderBy(row => row.Value)];
    }

    /// <summary>What was ranked by.</summary>
    public RankMetric Metric { get; }

    /// <summary>The combinations in the order given; the first is what the others are compared with.</summary>
    public IReadOnlyList<ComparisonRow> Rows { get; }

    /// <summary>The combinations, best first; equal ones in the order given.</summary>
    public IReadOnlyList<ComparisonRow> Ranked { get; }

    /// <summary>One run, which has nothing to compare with.</summary>
    public static Comparison Of(RunResult run, RankMetric metric)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(metric);
        return new Comparison(metric, [new ComparisonRow([run], metric.Of(run.Entry), Change: null)]);
    }

    /// <summary>Runs everything. Runs share nothing, so their results do not depend on how many run at a time.</summary>
    /// <param name="combinations">What to compare; the first is the baseline.</param>
    /// <param name="metric">What to rank by.</param>
    /// <param name="parallelism">Most runs at a time.</param>
    /// <param name="records">Takes all records, from several threads at a time; null when nobody wants them.</param>
    /// <param name="observe">Who observes a run; null, or null for a run, when nobody does. Called from several threads at a time.</param>
    /// <param name="cancellation">Stops the runs.</param>
    public static Comparison Execute(
        IReadOnlyList<Combination> combinations,
        RankMetric metric,
        int parallelism,
        IRecordSink? records = null,
        Func<RunPlan, IRunObserver?>? observe = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(combinations);
        ArgumentNullException.ThrowIfNull(metric);
        var plans = combinations.SelectMany(combination => combination.Runs).ToArray();
        var results = new RunResult[plans.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellation };
        try
        {
            Parallel.For(0, plans.Length, options, i => results[i] = SimulationRun.Execute(plans[i], records, observe?.Invoke(plans[i]), cancellation));
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerExceptions[0]);
        }

        var baseline = results[..combinations[0].Runs.Count];
        var rows = new List<ComparisonRow>(combinations.Count);
        var taken = 0;
        foreach (var combination in combinations)
        {
            var runs = results[taken..(taken += combination.Runs.Count)];
            rows.Add(new ComparisonRow(runs, runs.Average(run => metric.Of(run.Entry)), rows.Count == 0 ? null : Change(baseline, runs, metric)));
        }

        return new Comparison(metric, rows);
    }

    private static RatioInterval Change(RunResult[] baseline, RunResult[] candidate, RankMetric metric)
    {
        var change = Bootstrap.Compare(
            Array.ConvertAll(baseline, run => run.Blocks),
            Array.ConvertAll(candidate, run => run.Blocks),
            metric.Metric,
            metric.Statistic,
            new Rng(baseline[0].Plan.Seed).Fork("bootstrap"));
        if (!metric.IsRate)
        {
            return change;
        }

        // A rate is the share over the makespan. Only the share is resampled; when the last request ended is one observation, so the interval spans
        // the change of the makespan and none.
        var makespans = baseline.Average(run => run.Entry.MakespanSeconds) / candidate.Average(run => run.Entry.MakespanSeconds);
        return new RatioInterval(change.Ratio * makespans, change.Low * Math.Min(1, makespans), change.High * Math.Max(1, makespans));
    }
}
