using HalfFull.Engine.Hosting;
using HalfFull.Engine.Native;
using HalfFull.Metrics;
using HalfFull.Policies;

namespace HalfFull.Engine.Tests.Hosting;

/// <summary>Schedulers on the real engine, in the engine's own time: processor time, which no neighbour changes.</summary>
public sealed class OverloadTests
{
    private static readonly PolicyCatalog<IEngineScheduler> Engines = PolicyCatalog<IEngineScheduler>.FromAssembly(typeof(IEngineScheduler).Assembly);

    [NativeFact]
    public void Larry_answers_sooner_than_first_come_first_served_under_overload_and_loses_nobody()
    {
        var rng = new Rng(2);
        var requests = Enumerable.Range(0, 120).Select(i =>
        {
            var isLong = rng.NextInt32(4) == 0;
            return Given.Request(i, Given.Prompt((ulong)i, isLong ? 150 + rng.NextInt32(80) : 5 + rng.NextInt32(20)), 4 + rng.NextInt32(16), arrival: i * 0.001);
        }).ToArray();
        var first = Run("vllm", requests);
        var larry = Run("larry", requests);
        Assert.All([first, larry], records => Assert.Equal(120, records.Count(record => record.Outcome == Outcome.Completed)));
        var (before, after) = (first.Average(record => record.Ttft.TotalSeconds), larry.Average(record => record.Ttft.TotalSeconds));
        Assert.True(after < before, $"mean TTFT {after:0.000} s with larry, {before:0.000} s first come, first served");
    }

    private static IReadOnlyList<RequestRecord> Run(string policy, IReadOnlyList<ReplayedRequest> requests)
    {
        using var runner = new LlamaRunner(Given.Tiny, Given.Exact, StepClock.ThreadCpu());
        var limits = runner.Limits(swapBytes: 1 << 20);
        var rates = new EngineRates(limits, StepProbe.Measure(runner, limits));
        var scheduler = Engines.Create(PolicySpec.Parse(policy), rates, limits, new Rng(1));
        return new EngineReplay(limits, scheduler, rates, runner).Run(requests);
    }
}
