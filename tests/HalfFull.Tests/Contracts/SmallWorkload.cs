using HalfFull.Engine;

namespace HalfFull.Tests.Contracts;

/// <summary>
/// A random small workload on a random small engine, made to hurt: memory that hardly suffices, budgets of one token, one seat, blocks of one token, shared
/// prefixes of several blocks, prompts larger than the budget or as large as the pool, single tokens, equal arrivals, wrong predictions.
/// </summary>
internal sealed record SmallWorkload(EngineLimits Limits, IReadOnlyList<Job> Jobs)
{
    internal static SmallWorkload Of(ulong seed)
    {
        var rng = new Rng(seed).Fork("small-workload");
        var blockSize = Pick(rng, 16, 16, 16, 1, 4);
        var blocks = Pick(rng, 6, 12, 25, 60, 400);
        var limits = new EngineLimits(blocks)
        {
            BlockSize = blockSize,
            TokenBudget = Pick(rng, 1, 5, 17, 64, 256, 2048),
            MaxSequences = Pick(rng, 1, 2, 5, 20, 256),
            PrefixCaching = rng.NextInt32(5) > 0,
        };
        var capacity = (int)limits.KvCapacityTokens;
        var unit = blockSize * Pick(rng, 1, 2, 4);
        var burst = rng.NextInt32(3) == 0;
        var gap = Pick(rng, 1, 10, 100, 1000);
        var arrival = TimeSpan.Zero;
        var jobs = new List<Job>();
        var count = 1 + rng.NextInt32(25);
        for (var id = 0; id < count; id++)
        {
            arrival += burst ? TimeSpan.Zero : TimeSpan.FromMilliseconds(gap * rng.NextExponential());
            var prompt = rng.NextInt32(8) == 0 ? capacity : 1 + rng.NextInt32(Math.Min(capacity, Pick(rng, 8, 40, 300, 4000)));
            var output = 1 + rng.NextInt32(Pick(rng, 1, 10, 60, 300));
            var max = rng.NextInt32(6) == 0 ? 1 : output + rng.NextInt32(100);
            var branch = rng.NextInt32(3);
            var request = new Request(id, arrival, prompt, max)
            {
                Tenant = Pick(rng, null, "a", "b"),
                PredictedOutputTokens = rng.NextInt32(4) == 0 ? rng.NextInt32(200) : output,
                PrefixHashes = rng.NextInt32(3) == 0 ? default : new long[] { 1, 10 + branch, 100 + branch, 1000 + id },
                PrefixUnitTokens = unit,
            };
            jobs.Add(new Job(request, output));
        }

        return new SmallWorkload(limits, jobs);
    }

    private static T Pick<T>(Rng rng, params ReadOnlySpan<T> values) => values[rng.NextInt32(values.Length)];
}
