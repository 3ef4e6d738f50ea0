using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using HalfFull.Benchmarks;
using HalfFull.Benchmarks.LarryStudies;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["throughput", .. var rest]:
        return ThroughputTable.Run(rest, Console.Out);
    case ["routing", .. var rest]:
        return RoutingTable.Run(rest, Console.Out);
    case ["million", .. var rest]:
        return MillionRequests.Run(rest, Console.Out);
    case ["decisions", .. var rest]:
        return DecisionCost.Run(rest, Console.Out);
    case ["larry", .. var rest]:
        return LarryStudy.Run(rest, Console.Out);
    default:
        // In this process: the default toolchain generates and builds a project outside the repository, without its settings.
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance);
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddJob(job).WithArtifactsPath(Path.Combine("artifacts", "benchmarks")));
        return 0;
}
