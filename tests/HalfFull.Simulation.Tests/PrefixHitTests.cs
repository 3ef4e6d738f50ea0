using HalfFull.Simulation.Workloads;
using HalfFull.Tests;

namespace HalfFull.Simulation.Tests;

/// <summary>Prefix hits against a reference of a few lines: with endless memory, whatever was computed once is found again.</summary>
public sealed class PrefixHitTests
{
    private const int PlentyOfBlocks = 100_000_000;

    [Fact]
    public void Hits_on_multi_turn_traffic_are_those_of_the_reference()
    {
        for (var seed = 1UL; seed <= 100; seed++)
        {
            var blockSize = seed % 2 == 0 ? 16 : 4;
            AssertHits(MultiTurn(new Rng(seed), unit: blockSize * (1 + (int)(seed % 3))), blockSize);
        }
    }

    [SharedFact("traces/mooncake-conversation.jsonl.gz")]
    public void Hits_on_the_Mooncake_trace_are_those_of_the_reference()
    {
        var workload = WorkloadCatalog.Open(SharedData.PathOf("traces/mooncake-conversation.jsonl.gz"), new WorkloadOptions { Limit = 2000 });
        var hits = AssertHits(workload.Jobs(), blockSize: 16);

        Assert.True(hits > 100_000);
    }

    [Fact]
    public void Nothing_is_found_when_caching_is_off()
    {
        var limits = Given.Limits(PlentyOfBlocks) with { PrefixCaching = false };
        var run = Given.Run(Given.Setup("vllm", "round-robin", Given.Replica(limits)), FarApart(MultiTurn(new Rng(1), unit: 16)));

        Assert.All(run.Records, record => Assert.Equal(0, record.CachedTokens));
    }

    [Fact]
    public void A_hit_saves_the_steps_of_the_cached_tokens()
    {
        long[] hashes = [1, 2, 3, 4, 5, 6];
        var limits = Given.Limits(budget: 16);
        Job[] jobs = [Given.Job(0, prompt: 96, output: 1, hashes: hashes), Given.Job(1, arrival: 10, prompt: 96, output: 1, hashes: hashes)];
        var run = Given.Run(Given.Setup("vllm", "round-robin", Given.Replica(limits)), jobs);

        Assert.Equal(TimeSpan.FromMilliseconds(60), run[0].Ttft);
        Assert.Equal(80, run[1].CachedTokens); // five units of six: the last token has to be computed
        Assert.Equal(TimeSpan.FromMilliseconds(10), run[1].Ttft);
    }

    [Fact]
    public void The_least_recently_used_prefix_is_the_one_evicted()
    {
        // Room for two prompts of four blocks and a bit: 2 evicts the tail of 0, the oldest, before anything of 1.
        var limits = Given.Limits(blocks: 10);
        Job[] jobs =
        [
            Given.Job(0, 0, prompt: 65, output: 1, hashes: [1, 2, 3, 4]),
            Given.Job(1, 1, prompt: 65, output: 1, hashes: [11, 12, 13, 14]),
            Given.Job(2, 2, prompt: 64, output: 1),
            Given.Job(3, 3, prompt: 65, output: 1, hashes: [11, 12, 13, 14]),
            Given.Job(4, 4, prompt: 65, output: 1, hashes: [1, 2, 3, 4]),
        ];
        var run = Given.Run(Given.Setup("vllm", "round-robin", Given.Replica(limits)), jobs);

        Assert.Equal([0, 0, 0, 64, 32], jobs.Select(job => run[job.Request.Id].CachedTokens));
    }

    private static long AssertHits(IEnumerable<Job> jobs, int blockSize)
    {
        var played = FarApart(jobs).ToArray();
        var limits = Given.Limits(PlentyOfBlocks, blockSize: blockSize);
        var run = Given.Run(Given.Setup("vllm", "round-robin", Given.Replica(limits)), played);

        var seen = new HashSet<long>();
        var expected = played.Select(job => ReferenceHit(job.Request, seen)).ToArray();
        Assert.Equal(expected, run.Records.Select(record => record.CachedTokens));
        return expected.Sum(tokens => (long)tokens);
    }

    /// <summary>Leading full units computed before, one token of the prompt left over; then all its full units are known.</summary>
    private static int ReferenceHit(Request request, HashSet<long> seen)
    {
        var full = request.PrefixHashes.ToArray().Take(request.PromptTokens / Math.Max(1, request.PrefixUnitTokens)).ToArray();
        var hits = full.TakeWhile((hash, unit) => seen.Contains(hash) && (unit + 1) * request.PrefixUnitTokens < request.PromptTokens).Count();
        seen.UnionWith(full);
        return hits * request.PrefixUnitTokens;
    }

    /// <summary>One output token each, an hour from one to the next, so that each has ended when the next arrives.</summary>
    private static IEnumerable<Job> FarApart(IEnumerable<Job> jobs) => jobs.Select((job, index) => new Job(job.Request with { Arrival = TimeSpan.FromHours(index) }, 1));

    /// <summary>Conversations whose prompts grow by turns, each turn's prompt holding the turns before; some start from a common system prompt.</summary>
    private static List<Job> MultiTurn(Rng rng, int unit)
    {
        var prompts = new int[6];
        var jobs = new List<Job>();
        for (var id = 0; id < 40; id++)
        {
            var conversation = rng.NextInt32(prompts.Length);
            prompts[conversation] += 1 + rng.NextInt32(5 * unit);
            var prompt = prompts[conversation];
            var common = conversation % 2 == 0 ? 2 : 0;
            var hashes = Enumerable.Range(0, (prompt + unit - 1) / unit).Select(i => i < common ? i : (1000L * (conversation + 1)) + i).ToArray();
            jobs.Add(Given.Job(id, prompt: prompt, hashes: hashes, unit: unit));
        }

        return jobs;
    }
}
