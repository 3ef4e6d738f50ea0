using HalfFull.Engine;
using HalfFull.Engine.StepTime;
using HalfFull.Policies;

namespace HalfFull.Simulation.Tests;

/// <summary>
/// A small fleet and workload drawn from a seed, made to be awkward: memory from barely enough for one request to plenty, bursts and equal arrival times,
/// shared prefixes, tenants, requests of one token, limits below the true output, unequal replicas.
/// </summary>
internal sealed record RandomScenario(IReadOnlyList<ReplicaSpec> Fleet, string Router, IReadOnlyList<Job> Jobs, ulong Seed)
{
    private const int LongestPrompt = 120;
    private const int LongestOutput = 90;
    private static readonly string[] Routers = [.. PolicyCatalogs.Routers.Entries.Select(entry => entry.Name)];

    internal static RandomScenario Of(ulong seed)
    {
        var rng = new Rng(seed).Fork("scenario");
        var blockSize = Pick(rng, 1, 4, 16);
        var fleet = DrawFleet(rng, blockSize);
        return new RandomScenario(fleet, Routers[rng.NextInt32(Routers.Length)], DrawJobs(rng, blockSize), seed);
    }

    internal SimulationSetup Setup(string engine, bool fastForward = true) =>
        Given.Setup(engine, Router, [.. Fleet]) with { Seed = Seed, FastForward = fastForward };

    private static ReplicaSpec[] DrawFleet(Rng rng, int blockSize)
    {
        var step = Pick(rng, Given.UnitStep, Given.LinearStep, Given.RealStep);
        var even = rng.NextInt32(2) == 0;
        var first = new ReplicaSpec(DrawLimits(rng, blockSize), step);
        var others = Enumerable.Range(0, rng.NextInt32(3)).Select(_ => even ? first : new ReplicaSpec(DrawLimits(rng, blockSize), step));
        return [first, .. others];
    }

    private static EngineLimits DrawLimits(Rng rng, int blockSize)
    {
        var tokens = (LongestPrompt + LongestOutput) * Pick(rng, 1, 1, 2, 20);
        return new EngineLimits((tokens * Pick(rng, 3, 4) / 4 / blockSize) + 1)
        {
            BlockSize = blockSize,
            TokenBudget = Pick(rng, 7, 32, 128, 2048),
            MaxSequences = Pick(rng, 1, 3, 8, 256),
            MaxModelLength = Pick<int?>(rng, null, null, null, 115),
            PrefixCaching = rng.NextInt32(4) > 0,
        };
    }

    private static Job[] DrawJobs(Rng rng, int blockSize)
    {
        var jobs = new Job[4 + rng.NextInt32(24)];
        var unit = blockSize * Pick(rng, 1, 2, 8);
        var conversations = 1 + rng.NextInt32(5);
        var meanGap = Pick(rng, 0.001, 0.001, 0.02, 0.2, 2);
        var tenants = rng.NextInt32(2) == 0;
        var prefixes = rng.NextInt32(3) > 0;
        var now = TimeSpan.Zero;
        for (var id = 0; id < jobs.Length; id++)
        {
            // A third arrive with the one before; on a grid of 10 ms some arrive just when a step of the unit model ends.
            var gap = rng.NextInt32(3) == 0 ? 0 : meanGap * rng.NextExponential();
            now += rng.NextInt32(2) == 0 ? TimeSpan.FromSeconds(gap) : TimeSpan.FromMilliseconds(10 * Math.Round(gap * 100));
            var prompt = Length(rng, LongestPrompt);
            var limit = rng.NextInt32(8) == 0 ? Length(rng, LongestOutput) : 4 * LongestOutput;
            var request = new Request(id, now, prompt, limit)
            {
                Tenant = tenants ? Pick<string?>(rng, "a", "b", null) : null,
                PrefixHashes = prefixes ? Hashes(rng, conversations, prompt, unit) : default,
                PrefixUnitTokens = prefixes ? unit : 0,
            };
            jobs[id] = new Job(request, Length(rng, LongestOutput));
        }

        return jobs;
    }

    /// <summary>Half of them tiny, the rest up to the longest.</summary>
    private static int Length(Rng rng, int longest) => 1 + rng.NextInt32(rng.NextInt32(2) == 0 ? Math.Max(1, longest / 10) : longest);

    /// <summary>Leading ids of one of a few conversations; sometimes the tail is the request's own, and sometimes a last, partly filled unit has an id too.</summary>
    private static long[] Hashes(Rng rng, int conversations, int prompt, int unit)
    {
        var conversation = rng.NextInt32(conversations);
        var hashes = new long[(prompt / unit) + rng.NextInt32(2)];
        var own = rng.NextInt32(2) == 0 ? hashes.Length : rng.NextInt32(hashes.Length + 1);
        var branch = rng.NextInt32(1_000_000);
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = i < own ? (conversation * 1000) + i : (branch * 1000L) + 1_000_000 + i;
        }

        return hashes;
    }

    private static T Pick<T>(Rng rng, params T[] options) => options[rng.NextInt32(options.Length)];
}
