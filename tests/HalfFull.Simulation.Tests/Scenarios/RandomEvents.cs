using HalfFull.Simulation.Scenarios;

namespace HalfFull.Simulation.Tests.Scenarios;

/// <summary>A scenario drawn from a seed: crashes with and without restart, slow-downs, drains, removals and additions that overlap and repeat.</summary>
internal static class RandomEvents
{
    internal static Scenario Of(RandomScenario workload)
    {
        var rng = new Rng(workload.Seed).Fork("events");
        var last = workload.Jobs[^1].Request.Arrival + TimeSpan.FromSeconds(0.5);
        var count = 1 + rng.NextInt32(8);
        var added = 0;
        var events = new ScenarioEvent[count];
        for (var i = 0; i < count; i++)
        {
            // Some fall on the ends of steps and on arrivals.
            var at = rng.NextInt32(2) == 0
                ? TimeSpan.FromMilliseconds(10 * rng.NextInt32(1 + (int)(last.TotalMilliseconds / 10)))
                : workload.Jobs[rng.NextInt32(workload.Jobs.Count)].Request.Arrival + TimeSpan.FromTicks(rng.NextInt32(3) * 77_777);
            var kind = (ScenarioKind)rng.NextInt32(5);
            events[i] = new ScenarioEvent(at, kind, rng.NextInt32(workload.Fleet.Count + added))
            {
                Lasting = rng.NextInt32(4) == 0 ? null : TimeSpan.FromMilliseconds(rng.NextInt32(2) == 0 ? 0 : 10 * rng.NextInt32(200)),
                Factor = 0.5 + (3 * rng.NextDouble()),
            };
            added += kind == ScenarioKind.Add ? 1 : 0;
        }

        return new Scenario { Retries = rng.NextInt32(3), Events = events };
    }
}
