using System.Globalization;
using HalfFull.Policies;
using HalfFull.Prediction;
using HalfFull.Simulation;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Benchmarks;

/// <summary>How fast each engine policy is simulated: azure-2023-conv four times as fast on four replicas, by processor time.</summary>
internal static class PolicySpeed
{
    private const string Trace = "azure-2023-conv.csv.gz";
    private const int RateScale = 4;
    private const int Replicas = 4;
    private const int Runs = 3;

    /// <summary>Prints a table in Markdown; arguments are engine specs, all policies of the catalogue when there are none.</summary>
    internal static int Run(string[] engines, TextWriter output)
    {
        if (SharedTraces.Find(Trace) is not { } path)
        {
            output.WriteLine($"The trace {Trace} was not found; set {SharedTraces.Variable} to the folder that holds traces/.");
            return 1;
        }

        // Read once and kept, so that the loop is timed and not the reader.
        Job[] jobs = [.. WorkloadCatalog.Open(path, new WorkloadOptions { RateScale = RateScale }).Jobs()];
        output.WriteLine($"{Machine.Describe()}; processor time of one thread, median of {Runs} runs after one to warm up.");
        output.WriteLine();
        output.WriteLine("| engine | predictor | requests/s | preemptions |");
        output.WriteLine("|---|---|--:|--:|");
        foreach (var engine in engines.Length > 0 ? engines : [.. PolicyCatalogs.Engines.Entries.Select(static entry => entry.Name)])
        {
            output.WriteLine(Measure(engine, jobs));
        }

        return 0;
    }

    private static string Measure(string engine, Job[] jobs)
    {
        var predictor = NeedsPrediction(engine) ? PredictorSpec.Oracle : PredictorSpec.None;
        var setup = Fleets.Setup(Replicas, engine, "round-robin") with { Predictor = predictor };
        var preempted = Play(setup, jobs).Preemptions;
        var seconds = Enumerable.Range(0, Runs).Select(_ => Play(setup, jobs).Seconds).Order().ToArray()[Runs / 2];
        return string.Create(CultureInfo.InvariantCulture, $"| `{engine}` | {predictor} | {jobs.Length / seconds:N0} | {preempted:N0} |");
    }

    private static bool NeedsPrediction(string engine) => PolicyCatalogs.Engines.Create(
        PolicySpec.Parse(engine), new Engine.EngineRates(Fleets.Limits, Fleets.StepTime), Fleets.Limits, new Rng(1), Fleets.StepTime, NoPredictor.Instance).NeedsPrediction;

    private static (double Seconds, long Preemptions) Play(SimulationSetup setup, Job[] jobs)
    {
        var counter = new Fleets.Counter();
        var before = Environment.CpuUsage.TotalTime;
        Simulator.Run(setup, jobs, counter);
        return ((Environment.CpuUsage.TotalTime - before).TotalSeconds, counter.Preemptions);
    }
}
