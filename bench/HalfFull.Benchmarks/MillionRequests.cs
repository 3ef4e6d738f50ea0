using System.Globalization;
using HalfFull.Metrics;
using HalfFull.Simulation;
using HalfFull.Simulation.Workloads;

namespace HalfFull.Benchmarks;

/// <summary>A million chat requests as <c>simulate</c> plays them: made, simulated and summed up one at a time. Time and memory of the whole.</summary>
internal static class MillionRequests
{
    private const int Replicas = 4;
    private const double RequestsPerSecond = 24;

    /// <summary>Prints time and memory.</summary>
    /// <param name="args">Nothing, or another number of requests, for a trial.</param>
    /// <param name="output">Where to print.</param>
    internal static int Run(string[] args, TextWriter output)
    {
        var requests = 1_000_000L;
        if (args.Length > 1 || (args.Length == 1 && !(long.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out requests) && requests > 0)))
        {
            output.WriteLine($"'{string.Join(' ', args)}' is not a number of requests; give one that is at least 1, or nothing.");
            return 2;
        }

        var workload = WorkloadCatalog.Open("chat", new WorkloadOptions { Limit = requests, RequestsPerSecond = RequestsPerSecond });
        var setup = Fleets.Setup(Replicas, "larry", "sal");
        using var summary = new SummaryBuilder(Slo.None, new IsolatedTime(setup.Fleet));
        var result = Simulator.Run(setup, workload.Jobs(), summary);
        var built = summary.Build(result.TokenGaps);
        output.WriteLine(Machine.Describe());
        output.WriteLine($"Command: dotnet run -c Release --project bench/HalfFull.Benchmarks -- million{(args.Length == 0 ? "" : $" {args[0]}")}");
        output.WriteLine($"{built.Completed:N0} of {built.Requests:N0} requests completed in {result.Steps:N0} steps.");
        output.WriteLine($"{result.Wall.TotalSeconds:N1} s, {built.Requests / result.Wall.TotalSeconds:N0} requests/s, workload and summary included, not warmed.");
        output.WriteLine(Machine.PeakResidentMegabytes() is { } peak ? $"{peak:N0} MB resident at most." : "This system does not tell the peak of resident memory.");
        return 0;
    }
}
