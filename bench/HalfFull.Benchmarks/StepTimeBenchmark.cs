using BenchmarkDotNet.Attributes;
using HalfFull.Engine.StepTime;

namespace HalfFull.Benchmarks;

/// <summary>One prediction of a step's duration, once per simulated step.</summary>
[MemoryDiagnoser]
public class StepTimeBenchmark
{
    private readonly IStepTimeModel calibrated = Fleets.StepTime;
    private readonly IStepTimeModel linear = new LinearStepTime(5_000, 37, 11, 0.3);
    private readonly StepShape decode = StepShape.Decode(64, 64 * 1500);
    private readonly StepShape mixed = StepShape.Decode(64, 64 * 1500).WithChunk(1500, 0).WithChunk(484, 3000);

    /// <summary>Steps that only decode are by far the most.</summary>
    [Benchmark]
    public TimeSpan CalibratedDecode() => calibrated.Predict(decode);

    /// <summary>Decodes and two prefill chunks.</summary>
    [Benchmark]
    public TimeSpan CalibratedMixed() => calibrated.Predict(mixed);

    /// <summary>The plain model.</summary>
    [Benchmark]
    public TimeSpan Linear() => linear.Predict(mixed);
}
