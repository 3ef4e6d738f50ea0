using System.Diagnostics;
using HalfFull.Engine.Sampling;
using HalfFull.Engine.Schedulers;
using HalfFull.Engine.StepTime;

namespace HalfFull.Engine.Hosting;

/// <summary>
/// A first idea of how long a real model's steps take, from one prompt and a few tokens: what engine policies start from until they have measured more. It also warms everything up.
/// </summary>
public static class StepProbe
{
    private const int MostPromptTokens = 64;
    private const int OutputTokens = 4;
    private const int AnyToken = 1;

    /// <summary>Measures on the calling thread; the runner may be given to another thread afterwards.</summary>
    public static IStepTimeModel Measure(LlamaRunner runner, EngineLimits limits)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(limits);
        var longest = Math.Min((int)limits.KvCapacityTokens, limits.MaxModelLength ?? int.MaxValue) - OutputTokens;
        var promptTokens = Math.Clamp(Math.Min(longest, limits.TokenBudget), 1, MostPromptTokens);
        var prompt = new int[promptTokens];
        Array.Fill(prompt, AnyToken);
        var request = new ReplayedRequest(
            new Request(0, TimeSpan.Zero, promptTokens, OutputTokens),
            OutputTokens,
            new GenerationInput(prompt, new SamplingOptions { Temperature = 0, IgnoreEnd = true }));
        var emitted = new List<long>();
        var replay = new EngineReplay(limits, new Vllm(new Vllm.Options()), new EngineRates(limits, new LinearStepTime(1000, 100, 0, 0)), runner, (_, _) => emitted.Add(Stopwatch.GetTimestamp()));
        var begun = Stopwatch.GetTimestamp();
        replay.Run([request]);
        runner.Disown();
        var first = Stopwatch.GetElapsedTime(begun, emitted[0]).TotalMicroseconds;
        var decode = Stopwatch.GetElapsedTime(emitted[0], emitted[^1]).TotalMicroseconds / (OutputTokens - 1);
        return new LinearStepTime(decode, Math.Max(0, first - decode) / promptTokens, 0, 0);
    }
}
